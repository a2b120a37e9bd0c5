#include "executor/acp/replay.h"

#include "base/json/writer.h"
#include "protocol/v1/build_update.h"
#include "tests/catch.h"

using namespace tine;
using executor::PastTurn;
using executor::acp::Replay;
using Kind = v1::UpdateKind;

namespace {

struct Told {
  Redactor redactor{Redactor::Key{}};
  Replay replay;

  void say(Kind kind, const std::string& text, const std::string& id = {}) {
    const v1::Update update = v1::text_chunk(kind, text, id);
    replay.hear(kind, json::View(update.payload));
  }
  std::string gap(const std::vector<PastTurn>& past) { return replay.gap(past, redactor); }
};

const std::vector<PastTurn> two = {{.id = "1", .prompt = "plant", .answer = "A walnut, then."},
                                   {.id = "2", .prompt = "more", .answer = "And a birch."}};

}  // namespace

TEST_CASE("acp replay: what fits the transcript has no gap") {
  Told told;
  CHECK(told.gap(two).empty());  // it has told nothing
  told.say(Kind::user_message_chunk, "pl");
  told.say(Kind::user_message_chunk, "ant");
  told.say(Kind::agent_message_chunk, "A walnut,\n");
  told.say(Kind::agent_message_chunk, "then.");
  told.say(Kind::user_message_chunk, "more");
  told.say(Kind::agent_message_chunk, "**And** a birch.");
  CHECK(told.gap(two).empty());
}

TEST_CASE("acp replay: a turn that is missing is told, and another last answer") {
  Told told;
  told.say(Kind::user_message_chunk, "plant", "a");
  told.say(Kind::agent_message_chunk, "A walnut, then.");
  CHECK(told.gap(two) == "It has told of 1 prompts; the transcript has 2.");
  told.say(Kind::user_message_chunk, "more", "b");
  told.say(Kind::agent_message_chunk, "No.");
  CHECK(told.gap(two) == "The last answer of the transcript is not in what it has told.");
}

TEST_CASE("acp replay: prompts are told apart by their ids, or by what stands between them") {
  Told told;
  told.say(Kind::user_message_chunk, "plant", "a");
  told.say(Kind::user_message_chunk, "more", "b");
  told.say(Kind::agent_message_chunk, "And a birch.");
  CHECK(told.gap(two).empty());
}

TEST_CASE("acp replay: a turn that failed may be told beside those that are kept") {
  Told told;
  told.say(Kind::user_message_chunk, "plant");
  told.say(Kind::agent_message_chunk, "A walnut, then.");
  told.say(Kind::user_message_chunk, "more");
  told.say(Kind::agent_message_chunk, "And a birch.");
  told.say(Kind::user_message_chunk, "fail");
  told.say(Kind::agent_message_chunk, "API error");
  CHECK(told.gap(two).empty());
}

TEST_CASE("acp replay: secrets in it are compared as the transcript has them") {
  Told told;
  const std::string secret = "ghp_" + std::string("a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3D4");
  told.say(Kind::user_message_chunk, "what is it?");
  told.say(Kind::agent_message_chunk, "It is " + secret + ", as you said.");
  const std::vector<PastTurn> past = {
      {.id = "1",
       .prompt = "what is it?",
       .answer = told.redactor.redacted("It is " + secret + ", as you said.")}};
  CHECK(told.gap(past).empty());
}

TEST_CASE("acp replay: of a long past its end is enough") {
  Told told;
  const std::string filler(100'000, 'x');
  told.say(Kind::user_message_chunk, "plant");
  for (int i = 0; i < 50; ++i) told.say(Kind::agent_message_chunk, filler);
  told.say(Kind::user_message_chunk, "more");
  told.say(Kind::agent_message_chunk, "And a birch.");
  CHECK(told.gap(two).empty());
}
