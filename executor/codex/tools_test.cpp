#include "executor/codex/tools.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::codex;

namespace {

v1::ToolCall call_of(std::string_view item) {
  auto call = tool_call_of(json::View(item));
  REQUIRE(call);
  return *call;
}

}  // namespace

TEST_CASE("a command is shown without the shell around it") {
  CHECK(bare_command("/bin/bash -lc 'ls -l'") == "ls -l");
  CHECK(bare_command("/bin/bash -lc 'echo '\\''x'\\'''") == "/bin/bash -lc 'echo '\\''x'\\'''");
  CHECK(bare_command("git status") == "git status");
}

TEST_CASE("a command is a tool call with its output and exit code") {
  const v1::ToolCall begun = call_of(
      R"({"type":"commandExecution","id":"c1","command":"/bin/bash -lc 'make'","cwd":"/w",
          "status":"inProgress","commandActions":[{"type":"unknown"}],"aggregatedOutput":null,
          "exitCode":null})");
  CHECK(begun.id == "c1");
  CHECK(begun.title == "make");
  CHECK(begun.kind == v1::ToolKind::execute);
  CHECK(begun.status == v1::ToolStatus::in_progress);
  CHECK_FALSE(begun.content);
  CHECK(begun.raw_output.empty());
  CHECK(begun.raw_input == R"({"command":"/bin/bash -lc 'make'","cwd":"/w"})");

  const v1::ToolCall ended = call_of(
      R"({"type":"commandExecution","id":"c1","command":"make","status":"failed",
          "commandActions":[{"type":"unknown"}],"aggregatedOutput":"no rule\n","exitCode":2,
          "durationMs":5})");
  CHECK(ended.status == v1::ToolStatus::failed);
  REQUIRE(ended.content);
  CHECK(ended.content->front().content.text == "no rule\n");
  CHECK(ended.raw_output == R"({"exitCode":2,"durationMs":5})");
}

TEST_CASE("what a command does decides its kind, when all of it is alike") {
  const auto kind = [](const std::string& actions) {
    return call_of(R"({"type":"commandExecution","id":"c","command":"x","commandActions":)" +
                   actions + "}")
        .kind;
  };
  CHECK(kind(R"([{"type":"read"}])") == v1::ToolKind::read);
  CHECK(kind(R"([{"type":"search"},{"type":"listFiles"}])") == v1::ToolKind::search);
  CHECK(kind(R"([{"type":"read"},{"type":"unknown"}])") == v1::ToolKind::execute);
  CHECK(kind("[]") == v1::ToolKind::execute);
}

TEST_CASE("a change of files is diffs: one for each new or deleted file and for each hunk") {
  const v1::ToolCall call = call_of(
      R"({"type":"fileChange","id":"f","status":"completed","changes":[
          {"path":"/w/new.txt","kind":{"type":"add"},"diff":"hi\n"},
          {"path":"/w/old.txt","kind":{"type":"delete"},"diff":"bye\n"},
          {"path":"/w/both.txt","kind":{"type":"update","move_path":null},
           "diff":"@@ -1,2 +1,2 @@\n same\n-a\n+b\n@@ -9 +9 @@\n-c\n+d\n\\ No newline at end of file\n"}]})");
  CHECK(call.title == "Edit new.txt, old.txt, both.txt");
  CHECK(call.kind == v1::ToolKind::edit);
  REQUIRE(call.locations);
  CHECK(call.locations->size() == 3);
  REQUIRE(call.content);
  const auto& diffs = *call.content;
  REQUIRE(diffs.size() == 4);
  CHECK_FALSE(diffs[0].old_text);
  CHECK(diffs[0].new_text == "hi\n");
  CHECK(diffs[1].old_text == "bye\n");
  CHECK(diffs[1].new_text.empty());
  CHECK(diffs[2].old_text == "same\na\n");
  CHECK(diffs[2].new_text == "same\nb\n");
  CHECK(diffs[3].old_text == "c\n");
  CHECK(diffs[3].new_text == "d\n");
  CHECK(diffs[3].path == "/w/both.txt");
}

TEST_CASE("other tools have their own titles, inputs and results") {
  const v1::ToolCall mcp = call_of(
      R"({"type":"mcpToolCall","id":"m","server":"s","tool":"t","status":"completed",
          "arguments":{"a":1},"result":{"content":[{"type":"text","text":"yes"}]},"error":null})");
  CHECK(mcp.title == "s: t");
  CHECK(mcp.raw_input == R"({"a":1})");
  CHECK(mcp.content->front().content.text == "yes");
  const v1::ToolCall broken = call_of(
      R"({"type":"mcpToolCall","id":"m","server":"s","tool":"t","status":"failed",
          "arguments":{},"result":null,"error":{"message":"no"}})");
  CHECK(broken.status == v1::ToolStatus::failed);
  CHECK(broken.content->front().content.text == "no");
  CHECK(call_of(R"({"type":"webSearch","id":"w","query":"tines","action":null})").title ==
        "Search the web: tines");
  CHECK(
      call_of(R"({"type":"webSearch","id":"w","query":"","action":{"type":"openPage","url":"u"}})")
          .kind == v1::ToolKind::fetch);
  CHECK(call_of(R"({"type":"imageView","id":"i","path":"/w/a.png"})").title == "View a.png");
}

TEST_CASE("messages are no tool calls, nor is what is not known") {
  CHECK_FALSE(tool_call_of(json::View(R"({"type":"agentMessage","id":"a","text":"x"})")));
  CHECK_FALSE(tool_call_of(json::View(R"({"type":"somethingNew","id":"a"})")));
}

TEST_CASE("a plan keeps its order and states") {
  const auto plan = plan_of(json::View(
      R"([{"step":"a","status":"completed"},{"step":"b","status":"inProgress"},{"step":"c","status":"pending"}])"));
  REQUIRE(plan.size() == 3);
  CHECK(plan[0].status == v1::PlanEntry::Status::completed);
  CHECK(plan[1].status == v1::PlanEntry::Status::in_progress);
  CHECK(plan[2].content == "c");
}
