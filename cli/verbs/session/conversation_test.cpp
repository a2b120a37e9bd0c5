#include "cli/verbs/session/conversation.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::cli;

namespace {

struct Reading {
  Redactor redactor{Redactor::Key{}};
  Conversation conversation{redactor};
  std::string out;

  void take(std::string_view type, std::string_view data) {
    session::store::Line line;
    line.time = "2026-01-31T12:00:00.000Z";
    line.type = type;
    line.data = json::View(data);
    conversation.take(line, out);
  }
  bool has(const std::string& text) const { return out.find(text) != std::string::npos; }
};

}  // namespace

TEST_CASE("a turn is a heading, a quoted prompt, the answer, and what it cost") {
  Reading read;
  read.take("prompt", R"({"turn":2,"content":[{"type":"text","text":"one\ntwo"},)"
                      R"({"type":"resource_link","uri":"file:///a"}]})");
  read.take("update", R"({"sessionUpdate":"agent_message_chunk","messageId":"m",)"
                      R"("content":{"type":"text","text":"Hel"}})");
  read.take("update", R"({"sessionUpdate":"agent_message_chunk","messageId":"m",)"
                      R"("content":{"type":"text","text":"lo"}})");
  read.take("turn_end", R"({"turn":2,"stop":"end_turn","usage":{"tokens":{"input":7,)"
                        R"("cacheRead":3,"output":2}}})");
  CHECK(read.out ==
        "## Turn 2\n\n2026-01-31T12:00:00.000Z\n\n> one\n> two\n> (resource_link file:///a)\n\n"
        "Hello\n\n*end_turn; tokens: prompt 10 (cached 3), output 2*\n\n");
}

TEST_CASE("a tool call stands once, with its last title and status, on one line") {
  Reading read;
  read.take("update", R"({"sessionUpdate":"tool_call","toolCallId":"t","title":"a","kind":"read",)"
                      R"("status":"pending"})");
  read.take("update", R"({"sessionUpdate":"tool_call_update","toolCallId":"t",)"
                      R"("title":"b`\n# c","status":"failed"})");
  read.conversation.finish(read.out);
  CHECK(read.out == "- `b' # c` (read): failed\n\n");
}

TEST_CASE("a thought cannot leave its fold") {
  Reading read;
  read.take("update", R"({"sessionUpdate":"agent_thought_chunk",)"
                      R"("content":{"type":"text","text":"x</details>y"}})");
  read.conversation.finish(read.out);
  CHECK(read.has("x&lt;/details>y\n\n</details>"));
}

TEST_CASE("a turn that was cut short says so, and its tool calls have failed") {
  Reading read;
  read.take("prompt", R"({"turn":1,"content":[]})");
  read.take("update", R"({"sessionUpdate":"tool_call","toolCallId":"t","title":"a"})");
  read.take("turn_aborted", R"({"turn":1,"reason":"power","toolCalls":[{"toolCallId":"t",)"
                            R"("status":"failed"}]})");
  CHECK(read.has("- `a`: failed\n"));
  CHECK(read.has("*The turn was cut short: power*"));
}

TEST_CASE("a fork says where it comes from, also when that is no session") {
  Reading read;
  read.take("fork", R"({"strategy":"native","parent":"01J","at":{"seq":4,"turn":2},"depth":1})");
  CHECK(read.out == "*Forked from 01J after turn 2*\n\n");
  Reading other;
  other.take("fork", R"({"strategy":"native","adopted":"5f0c","depth":1})");
  CHECK(other.out == "*Forked from the conversation 5f0c, which was begun without tine*\n\n");
}

TEST_CASE("what is said between turns stands behind the turn") {
  Reading read;
  read.take("turn_end", R"({"turn":1,"stop":"end_turn"})");
  read.take("update", R"({"sessionUpdate":"agent_message_chunk",)"
                      R"("content":{"type":"text","text":"Later."}})");
  read.take("prompt", R"({"turn":2,"content":[]})");
  CHECK(read.out.starts_with("*end_turn*\n\nLater.\n\n## Turn 2"));
}

TEST_CASE("a secret that the chunks of a message cut in two is redacted") {
  Reading read;
  const auto known = read.redactor.know("correct-horse-battery-staple-42");
  read.take("update", R"({"sessionUpdate":"agent_message_chunk",)"
                      R"("content":{"type":"text","text":"it is correct-horse-bat"}})");
  read.take("update", R"({"sessionUpdate":"agent_message_chunk",)"
                      R"("content":{"type":"text","text":"tery-staple-42."}})");
  read.conversation.finish(read.out);
  CHECK(read.out == "it is «redacted:known:1».\n\n");
}
