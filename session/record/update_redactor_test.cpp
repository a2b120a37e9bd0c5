#include "session/record/update_redactor.h"

#include <map>

#include "base/json/view.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

using namespace tine;
using namespace tine::session;
using v1::UpdateKind;

namespace {

const std::string secret = test::secret_samples().front().secret;

/// What is recorded of a stream of updates: "text" for a chunk, [kind] for anything else.
struct Recording {
  Redactor redactor{Redactor::Key{1}};
  std::string log;
  std::map<std::string, std::string> texts;  // by message
  UpdateRedactor clean{redactor, [this](const v1::Update& update) {
                         if (update.text.none()) {
                           log += "[" + std::string(v1::name_of(update.kind)) + "]";
                           return;
                         }
                         const json::View payload(update.payload);
                         const std::string text = *payload.find("content").find("text").string();
                         log += text;
                         texts[std::string(message_id(update))] += text;
                       }};

  void say(std::string_view text, std::string_view id = "m",
           UpdateKind kind = UpdateKind::agent_message_chunk) {
    clean.update(v1::text_chunk(kind, text, id));
  }
};

v1::Update tool_call() {
  v1::ToolCall call;
  call.id = "t";
  call.title = "look";
  return v1::tool_call(call);
}

}  // namespace

TEST_CASE("a message that is cut anywhere is recorded as it was") {
  const std::string text = "Grüße, \"quoted\" \\ and\n\ttabs; 中文 and 😀.";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    // Chunks are cut between characters.
    if (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) continue;
    Recording recording;
    recording.say(text.substr(0, cut));
    recording.clean.settle();
    recording.say(text.substr(cut));
    recording.clean.finish();
    CHECK(recording.log == text);
  }
}

TEST_CASE("a secret that is cut anywhere is not recorded") {
  for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
    for (const bool pause : {false, true}) {
      Recording recording;
      recording.say("it is " + secret.substr(0, cut));
      if (pause) recording.clean.settle();
      recording.say(secret.substr(cut) + " and more");
      recording.clean.finish();
      CHECK(recording.log.find("it is «redacted:") == 0);
      CHECK(recording.log.find(secret.substr(secret.size() - 8)) == std::string::npos);
    }
  }
}

TEST_CASE("text is gathered, and a secret is seen where one gathering ends and the next begins") {
  const std::string word = "the quick brown fox ";
  for (std::size_t cut = 0; cut <= secret.size(); ++cut) {
    Recording recording;
    std::string before;
    while (before.size() + cut < session::limits::gathered_text) before += word;
    before.resize(session::limits::gathered_text - cut - 1);
    recording.say(before + " ");
    CHECK(recording.clean.waiting() == (cut == 0 ? 0 : before.size() + 1));
    recording.say(secret.substr(0, cut));
    CHECK(recording.clean.waiting() == 0);
    recording.say(secret.substr(cut) + " and more");
    CHECK(recording.clean.waiting() == secret.size() - cut + 9);
    recording.clean.settle();
    CHECK(recording.clean.waiting() == 0);
    recording.clean.finish();
    CHECK(recording.log.find(before + " «redacted:") == 0);
    CHECK(recording.log.find(secret.substr(secret.size() - 8)) == std::string::npos);
    CHECK(recording.log.ends_with("» and more"));
  }
}

TEST_CASE("messages that speak in turn are read each as a text of its own") {
  const std::size_t half = secret.size() / 2;
  Recording recording;
  recording.say("a: " + secret.substr(0, half), "a");
  recording.say("b: " + secret.substr(0, half), "b");
  recording.say(secret.substr(half) + ".", "a");
  recording.say(secret.substr(half) + ".", "b");
  recording.clean.finish();
  for (const char* id : {"\"a\"", "\"b\""}) {
    CHECK(recording.texts[id].find("«redacted:") == 3);
    CHECK(recording.texts[id].find(secret.substr(0, half)) == std::string::npos);
    CHECK(recording.texts[id].find(secret.substr(half)) == std::string::npos);
  }
}

TEST_CASE("what was said before a tool call stands before it") {
  Recording recording;
  recording.say("I look at main.cpp:42");
  recording.clean.update(tool_call());
  recording.say("Done");
  recording.clean.finish();
  CHECK(recording.log == "I look at main.cpp:42[tool_call]Done");
}

TEST_CASE("a message without an id is over when another kind speaks") {
  Recording recording;
  recording.say("look at 0123abcd", "");
  recording.say("hm", "", UpdateKind::agent_thought_chunk);
  recording.say("ok", "");
  recording.clean.finish();
  CHECK(recording.log == "look at 0123abcdhmok");
}

TEST_CASE("the last word of a message is not kept out of its order") {
  Recording recording;
  recording.say("Hello world", "a");
  recording.say("hm", "b", UpdateKind::agent_thought_chunk);
  CHECK(recording.log == "Hello world");
}

TEST_CASE("what is held back is told to who asks") {
  Recording recording;
  recording.say("well, 0123abcd");
  recording.clean.settle();
  recording.say("ef");
  std::string held;
  recording.clean.held([&held](const v1::Update& update) {
    held += *json::View(update.payload).find("content").find("text").string();
  });
  CHECK(recording.log + held == "well, 0123abcdef");
}

TEST_CASE("a secret around the text is not recorded either") {
  Recording recording;
  std::string payloads;
  UpdateRedactor clean(recording.redactor,
                       [&](const v1::Update& update) { payloads += update.payload; });
  clean.update(v1::text_chunk(UpdateKind::agent_message_chunk, "text", "m",
                              R"({"note":"it is )" + secret + R"( here"})"));
  clean.finish();
  CHECK(payloads.find(secret) == std::string::npos);
  CHECK(payloads.find("«redacted:") != std::string::npos);
  CHECK(json::View(payloads).find("content").find("text").equals("text"));
}

TEST_CASE("more messages than are kept open: the one that was silent longest is over") {
  Recording recording;
  for (std::size_t i = 0; i < session::limits::open_messages + 8; ++i)
    recording.say("0123abcd", "m" + std::to_string(i));
  CHECK(recording.texts["\"m0\""] == "0123abcd");
  recording.clean.finish();
  CHECK(recording.texts.size() == session::limits::open_messages + 8);
}
