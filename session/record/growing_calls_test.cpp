#include <nlohmann/json.hpp>

#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/record/update_redactor.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

using namespace tine;
using namespace tine::session;
using Tree = nlohmann::json;

namespace {

constexpr std::size_t most = tine::session::limits::growing_calls;
const std::string secret = test::secret_samples().front().secret;

enum class Place : std::uint8_t { content, raw_output };

v1::Update snapshot(const std::string& text, Place place, std::optional<v1::ToolStatus> status = {},
                    const std::string& id = "t") {
  v1::ToolCall call;
  call.id = id;
  call.status = status;
  if (place == Place::content) {
    v1::ToolContent content;
    content.content = v1::text_block(text);
    call.content = {content};
  } else {
    call.raw_output = Tree{{"stdout", {{"lines", {"first", text}}}}}.dump();
  }
  return v1::tool_call_update(call);
}

v1::Update end_of_call(v1::ToolStatus status = v1::ToolStatus::completed) {
  v1::ToolCall call;
  call.id = "t";
  call.status = status;
  return v1::tool_call_update(call);
}

struct Recording {
  Redactor redactor{Redactor::Key{1}};
  std::string log;
  std::vector<Tree> updates;
  UpdateRedactor clean{redactor, [this](const v1::Update& update) {
                         log += update.payload + "\n";
                         updates.push_back(Tree::parse(update.payload));
                       }};

  static std::string text_of(const Tree& update, Place place) {
    const Tree& text = place == Place::content ? update["content"][0]["content"]["text"]
                                               : update["rawOutput"]["stdout"]["lines"][1];
    return text.get<std::string>();
  }
  /// Of the last update that has one.
  std::string last_text(Place place) const {
    const char* const member = place == Place::content ? "content" : "rawOutput";
    const auto last = std::find_if(updates.rbegin(), updates.rend(), [member](const Tree& update) {
      return update.contains(member);
    });
    return last == updates.rend() ? std::string() : text_of(*last, place);
  }
  /// Whether any part of the secret that would be of use is in what was recorded.
  bool leaks() const { return log.find(secret.substr(0, 8)) != std::string::npos; }
};

}  // namespace

TEST_CASE("a secret that a running command prints slowly is in none of its snapshots") {
  for (const Place place : {Place::content, Place::raw_output}) {
    Recording recording;
    const std::string before = "first line\nTOKEN=";
    for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
      recording.clean.update(snapshot(before + secret.substr(0, cut), place));
      CHECK(recording.last_text(place).starts_with("first line\n"));
    }
    recording.clean.update(snapshot(before + secret + "\nend\n", place, v1::ToolStatus::completed));
    recording.clean.finish();
    CHECK_FALSE(recording.leaks());
    CHECK(recording.last_text(place).find("«redacted:") != std::string::npos);
    CHECK(recording.last_text(place).ends_with("\nend\n"));
  }
}

TEST_CASE("a secret that is cut anywhere between two snapshots is in neither") {
  for (const Place place : {Place::content, Place::raw_output}) {
    for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
      Recording recording;
      recording.clean.update(snapshot("it is " + secret.substr(0, cut), place));
      recording.clean.update(snapshot("it is " + secret + " and more", place));
      recording.clean.update(end_of_call());
      recording.clean.finish();
      CHECK_FALSE(recording.leaks());
      CHECK(recording.last_text(place).find("it is «redacted:") == 0);
      CHECK(recording.last_text(place).ends_with(" and more"));
    }
  }
}

TEST_CASE("what is held back of a call's output is recorded when the call or the turn is over") {
  const std::string text = "at commit 0123abcd";
  for (const Place place : {Place::content, Place::raw_output}) {
    for (const bool by_turn : {false, true}) {
      Recording recording;
      recording.clean.update(snapshot(text, place));
      REQUIRE(recording.last_text(place) != text);
      std::vector<Tree> held;
      recording.clean.held(
          [&held](const v1::Update& update) { held.push_back(Tree::parse(update.payload)); });
      REQUIRE(held.size() == 1);
      CHECK(Recording::text_of(held.front(), place) == text);
      if (!by_turn) recording.clean.update(end_of_call());
      recording.clean.finish();
      REQUIRE(recording.updates.size() == (by_turn ? 2 : 3));
      CHECK(Recording::text_of(recording.updates[1], place) == text);
      CHECK(recording.updates[1]["toolCallId"] == "t");
      recording.clean.finish();
      CHECK(recording.updates.size() == (by_turn ? 2 : 3));
    }
  }
}

TEST_CASE("a call that fails ends as one that is completed") {
  for (const v1::ToolStatus status : {v1::ToolStatus::completed, v1::ToolStatus::failed}) {
    Recording recording;
    recording.clean.update(snapshot("0123abcd", Place::content));
    recording.clean.update(end_of_call(status));
    CHECK(recording.last_text(Place::content) == "0123abcd");
  }
}

TEST_CASE("news of a call's output keep the end of its content") {
  Recording recording;
  recording.clean.update(snapshot("0123abcd", Place::content));
  recording.clean.update(snapshot("89abcdef", Place::raw_output));
  recording.clean.update(end_of_call());
  CHECK(recording.last_text(Place::content) == "0123abcd");
  CHECK(recording.last_text(Place::raw_output) == "89abcdef");
}

TEST_CASE("an end that the last update says again is not recorded twice") {
  for (const Place place : {Place::content, Place::raw_output}) {
    Recording recording;
    recording.clean.update(snapshot("at commit 0123abcd", place));
    recording.clean.update(snapshot("at commit 0123abcdef\n", place, v1::ToolStatus::failed));
    recording.clean.finish();
    REQUIRE(recording.updates.size() == 2);
    CHECK(recording.last_text(place) == "at commit 0123abcdef\n");
  }
}

TEST_CASE("output that ends where no secret can go on is recorded as it came") {
  Recording recording;
  const v1::Update update = snapshot("one\ntwo\n", Place::content);
  recording.clean.update(update);
  CHECK(recording.log == update.payload + "\n");
  recording.clean.finish();
  CHECK(recording.updates.size() == 1);
}

TEST_CASE("calls that run beside each other keep their ends apart, up to a bound") {
  Recording recording;
  const auto id = [](std::size_t i) { return "t" + std::to_string(i); };
  for (std::size_t i = 0; i <= most; ++i)
    recording.clean.update(snapshot("0123abc" + std::to_string(i), Place::content, {}, id(i)));
  // The first has been given up for the last.
  REQUIRE(recording.updates.size() == most + 2);
  CHECK(recording.updates.back()["toolCallId"] == id(0));
  recording.clean.finish();
  CHECK(recording.updates.size() == 2 * (most + 1));
  CHECK(recording.last_text(Place::content) == "0123abc" + std::to_string(most));
}

TEST_CASE("a secret that either side of a diff grows by is in none of its snapshots") {
  for (const char* const side : {"oldText", "newText"}) {
    Recording recording;
    for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
      Tree diff = {{"type", "diff"}, {"path", "/a"}, {"oldText", "x\n"}, {"newText", "y\n"}};
      diff[side] = "it is " + secret.substr(0, cut);
      const Tree call = {
          {"sessionUpdate", "tool_call_update"}, {"toolCallId", "t"}, {"content", {diff}}};
      const std::string payload = call.dump();
      recording.clean.update(v1::adopt({}, json::View(payload)));
    }
    recording.clean.update(end_of_call());
    recording.clean.finish();
    CHECK_FALSE(recording.leaks());
    CHECK(recording.log.find("it is «redacted:") != std::string::npos);
  }
}

TEST_CASE("of a long output, too, the end is held back, and the rest is as it came") {
  for (const std::string_view line :
       {"a \"line\"\n", "\xC3\xA9\xF0\x9F\x98\x80\x01 ", "0123456789abcdef"}) {
    Recording recording;
    std::string before;
    while (before.size() < 2 * tine::session::limits::looked_at_for_end) before += line;
    before += "\nit is ";
    for (std::size_t cut = 0; cut <= secret.size(); cut += secret.size() / 7) {
      recording.clean.update(snapshot(before + secret.substr(0, cut), Place::content));
      CHECK((recording.last_text(Place::content) == before));
    }
    recording.clean.update(snapshot(before + secret, Place::content, v1::ToolStatus::completed));
    recording.clean.finish();
    CHECK_FALSE(recording.leaks());
    CHECK(recording.last_text(Place::content).starts_with(before + "\xC2\xABredacted:"));
  }
}

TEST_CASE("names, paths and data of a growing call stay whole") {
  const std::string payload =
      R"({"sessionUpdate":"tool_call","toolCallId":"0123abcd","title":"look at 0123abcd",)"
      R"("rawInput":{"path":"/a/0123abcd"},"locations":[{"path":"/a/0123abcd"}],"content":[)"
      R"({"type":"terminal","terminalId":"0123abcd"},{"type":"diff","path":"/a/0123abcd",)"
      R"("oldText":null,"newText":"x\n"},{"type":"content","content":{"type":"image",)"
      R"("mimeType":"image/png","data":"iVBORw0KGgo="}}]})";
  Recording recording;
  recording.clean.update(v1::adopt({}, json::View(payload)));
  CHECK(recording.log == payload + "\n");
}
