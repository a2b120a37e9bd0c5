#include "executor/codex/updates.h"

#include <nlohmann/json.hpp>

#include "executor/codex/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::codex;
using Tree = nlohmann::json;

namespace {

struct Telling {
  bool hear(std::string_view method, std::string_view params) {
    return updates.hear(method, json::View(params));
  }
  /// Those of one kind.
  std::vector<Tree> of(const std::string& kind) const {
    std::vector<Tree> out;
    for (const Tree& each : told)
      if (each["sessionUpdate"] == kind) out.push_back(each);
    return out;
  }

  std::vector<Tree> told;
  Updates updates{
      [this](const v1::Update& update) { told.push_back(Tree::parse(update.payload)); }};
};

}  // namespace

TEST_CASE("a message that is said again is another one, and the first is marked") {
  Telling telling;
  telling.hear("item/agentMessage/delta", R"({"itemId":"a","delta":"hel"})");
  telling.hear("error", R"({"willRetry":true,"error":{"message":"Reconnecting... 1/5"}})");
  telling.hear("item/agentMessage/delta", R"({"itemId":"b","delta":"hello"})");
  telling.hear("item/completed", R"({"item":{"type":"agentMessage","id":"b","text":"hello"}})");
  const auto chunks = telling.of("agent_message_chunk");
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[1]["messageId"] == "a");
  CHECK(chunks[1]["_meta"]["tine"]["abandoned"] == true);
  CHECK(chunks[2]["messageId"] == "b");
  CHECK(telling.of("notice").front()["title"] == "Reconnecting... 1/5");
}

TEST_CASE("what a provider does not stream is said when it is complete") {
  Telling telling;
  telling.hear("item/completed", R"({"item":{"type":"agentMessage","id":"a","text":"whole"}})");
  telling.hear("item/completed", R"({"item":{"type":"reasoning","id":"r","summary":["x","y"]}})");
  CHECK(telling.of("agent_message_chunk").front()["content"]["text"] == "whole");
  CHECK(telling.of("agent_thought_chunk").front()["content"]["text"] == "x\n\ny");
}

TEST_CASE("the output of a command is shown while it runs, in all for little more than its size") {
  Telling telling;
  telling.hear(
      "item/started",
      R"({"item":{"type":"commandExecution","id":"c","command":"x","status":"inProgress"}})");
  std::string delta(98, 'x');
  delta += "\\n";
  for (int i = 0; i < 10000; ++i)
    telling.hear("item/commandExecution/outputDelta", R"({"itemId":"c","delta":")" + delta + "\"}");
  std::size_t sent = 0;
  for (const auto& each : telling.of("tool_call_update"))
    sent += each["content"][0]["content"]["text"].get<std::string>().size();
  CHECK(sent > executor::codex::limits::live_output / 2);
  CHECK(sent < executor::codex::limits::live_output * 6);
}

TEST_CASE("a command's first line is not shown before its end, as it may have lost its beginning") {
  Telling telling;
  telling.hear(
      "item/started",
      R"({"item":{"type":"commandExecution","id":"c","command":"x","status":"inProgress"}})");
  for (const std::string delta : {"half", " a token", "\\r", "", "s", "econd\\nthird"})
    telling.hear("item/commandExecution/outputDelta", R"({"itemId":"c","delta":")" + delta + "\"}");
  std::vector<std::string> shown;
  for (const auto& each : telling.of("tool_call_update"))
    shown.push_back(each["content"][0]["content"]["text"].get<std::string>());
  CHECK(shown == std::vector<std::string>{"s", "second\nthird"});
}

TEST_CASE("what is no update is said to be none") {
  Telling telling;
  CHECK_FALSE(telling.hear("turn/started", R"({"turn":{"id":"t1"}})"));
  CHECK_FALSE(telling.hear("item/somethingNew", "{}"));
  CHECK(telling.hear("warning", R"({"message":"beware"})"));
  CHECK(telling.of("notice").size() == 1);
  CHECK(telling.told.size() == 1);
}

TEST_CASE("a question finds the call of its server and the changes of its item") {
  Telling telling;
  telling.hear(
      "item/started",
      R"({"item":{"type":"mcpToolCall","id":"m","server":"s","tool":"t","arguments":{}}})");
  telling.hear("item/started", R"({"item":{"type":"fileChange","id":"f","changes":[]}})");
  telling.hear("item/fileChange/patchUpdated",
               R"({"itemId":"f","changes":[{"path":"/a","kind":{"type":"add"},"diff":"x"}]})");
  CHECK(telling.updates.call_of_server("s") == "m");
  CHECK(telling.updates.call_of_server("other").empty());
  CHECK(telling.updates.changes_of("f").size() == 1);
  telling.hear("item/completed", R"({"item":{"type":"fileChange","id":"f","changes":[]}})");
  CHECK(telling.updates.changes_of("f").empty());
}

TEST_CASE("a model that answers in another's stead is named") {
  Telling telling;
  telling.hear("model/rerouted", R"({"toModel":"other"})");
  CHECK(telling.of("notice").front()["title"] == "The answer comes from other");
}
