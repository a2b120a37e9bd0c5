#include "executor/claude/tools.h"

#include "executor/claude/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;

namespace {

v1::ToolCall call_of(const std::string& name, const std::string& input) {
  const std::string text =
      R"({"type":"tool_use","id":"toolu_1","name":")" + name + R"(","input":)" + input + "}";
  return tool_call_of(json::View(text), "/w");
}

v1::ToolCall result_of(const std::string& content, const std::string& given = "",
                       bool failed = false) {
  const std::string text = R"({"type":"tool_result","tool_use_id":"toolu_1","content":)" + content +
                           (failed ? R"(,"is_error":true})" : "}");
  return tool_result_of(json::View(text), json::View(given));
}

}  // namespace

TEST_CASE("a command is called by its first line") {
  const v1::ToolCall call =
      call_of("Bash", R"({"command":"\n  make all\n./test","description":"Build"})");
  CHECK(call.id == "toolu_1");
  CHECK(call.name == "Bash");
  CHECK(call.title == "make all");
  CHECK(call.kind == v1::ToolKind::execute);
  CHECK(call.status == v1::ToolStatus::in_progress);
  CHECK(call.raw_input == R"({"command":"\n  make all\n./test","description":"Build"})");
  CHECK_FALSE(call.content);
}

TEST_CASE("as long as its input has not come a call has its tool's name, and no more") {
  for (const char* name : {"Bash", "Read", "Edit", "Write", "Glob", "Task", "AskUserQuestion"}) {
    const v1::ToolCall call = call_of(name, "{}");
    CHECK(call.title == name);
    CHECK(call.raw_input.empty());
    CHECK_FALSE(call.content);
    CHECK_FALSE(call.locations);
  }
  CHECK(call_of("mcp__files__read_all", "{}").title == "files: read_all");
  CHECK(call_of("mcp__odd", "{}").title == "mcp__odd");
}

TEST_CASE("a file is called as its folder knows it, and located by its whole path") {
  const v1::ToolCall call =
      call_of("Read", R"({"file_path":"/w/src/a.txt","offset":5,"limit":10})");
  CHECK(call.title == "Read src/a.txt (5 - 14)");
  CHECK(call.kind == v1::ToolKind::read);
  REQUIRE(call.locations);
  CHECK(call.locations->front().path == "/w/src/a.txt");
  CHECK(call.locations->front().line == 5U);
  CHECK(call_of("Read", R"({"file_path":"/w/a","offset":5})").title == "Read a (from line 5)");
  CHECK(call_of("Read", R"({"file_path":"/w/a","limit":5})").title == "Read a (1 - 5)");
  CHECK(call_of("Read", R"({"file_path":"/where/a"})").title == "Read /where/a");
  CHECK(call_of("Read", R"({"file_path":"sub/a"})").locations->front().path == "/w/sub/a");
}

TEST_CASE("edits show what they replace") {
  const v1::ToolCall edit =
      call_of("Edit", R"({"file_path":"/w/a.txt","old_string":"b","new_string":"c"})");
  CHECK(edit.title == "Edit a.txt");
  CHECK(edit.kind == v1::ToolKind::edit);
  REQUIRE(edit.content);
  CHECK(edit.content->front().type == v1::ToolContent::Type::diff);
  CHECK(edit.content->front().path == "/w/a.txt");
  CHECK(edit.content->front().old_text == "b");
  CHECK(edit.content->front().new_text == "c");
  CHECK_FALSE(call_of("Edit", R"({"file_path":"/w/a","old_string":"","new_string":"c"})")
                  .content->front()
                  .old_text);
  const v1::ToolCall many = call_of("MultiEdit", R"({"file_path":"/w/a.txt","edits":[
      {"old_string":"1","new_string":"2"},{"old_string":"3","new_string":"4"}]})");
  REQUIRE(many.content);
  REQUIRE(many.content->size() == 2);
  CHECK(many.content->back().new_text == "4");
  const v1::ToolCall write = call_of("Write", R"({"file_path":"/w/new","content":"x\n"})");
  CHECK(write.title == "Write new");
  CHECK_FALSE(write.content->front().old_text);
  CHECK(write.content->front().new_text == "x\n");
  const v1::ToolCall cell =
      call_of("NotebookEdit", R"({"notebook_path":"/w/n.ipynb","new_source":"1+1"})");
  CHECK(cell.title == "Edit a cell of n.ipynb");
  CHECK(cell.content->front().new_text == "1+1");
  CHECK_FALSE(
      call_of("NotebookEdit", R"({"notebook_path":"/w/n","new_source":"","edit_mode":"delete"})")
          .content);
}

TEST_CASE("other tools have their own titles and kinds") {
  struct Case {
    const char* name;
    const char* input;
    const char* title;
    v1::ToolKind kind;
  };
  using enum v1::ToolKind;
  for (const Case& each : {
           Case{"Glob", R"({"pattern":"**/*.h","path":"/w/src"})", "Find **/*.h in src", search},
           Case{"Grep", R"({"pattern":"a b"})", "Search for a b", search},
           Case{"LS", R"({"path":"/w/src"})", "List src", search},
           Case{"ToolSearch", R"({"query":"web"})", "Look for tools: web", search},
           Case{"WebFetch", R"({"url":"http://x","prompt":"p"})", "Fetch http://x", fetch},
           Case{"WebSearch", R"({"query":"tines"})", "Search the web: tines", search},
           Case{"Agent", R"({"description":"look","prompt":"p"})", "Agent: look", think},
           Case{"Task", R"({"description":"look","prompt":"p"})", "Agent: look", think},
           Case{"TodoWrite", R"({"todos":[]})", "Update the plan", think},
           Case{"TaskCreate", R"({"subject":"s"})", "Plan: s", think},
           Case{"TaskUpdate", R"({"taskId":"3","status":"completed"})", "Task 3: completed", think},
           Case{"ExitPlanMode", R"({"plan":"p"})", "Leave plan mode", switch_mode},
           Case{"EnterPlanMode", "{}", "Enter plan mode", switch_mode},
           Case{"AskUserQuestion", R"({"questions":[{"question":"Which?"}]})", "Ask: Which?",
                other},
           Case{"Skill", R"({"skill":"pdf"})", "Skill pdf", other},
           Case{"TaskOutput", R"({"task_id":"b1"})", "Output of b1", execute},
           Case{"BashOutput", R"({"bash_id":"b1"})", "Output of b1", execute},
           Case{"KillShell", R"({"shell_id":"b1"})", "Stop b1", execute},
           Case{"TaskStop", R"({"task_id":"b1"})", "Stop b1", execute},
           Case{"Monitor", R"({"description":"the log"})", "the log", execute},
           Case{"mcp__files__get", R"({"a":1})", "files: get", other},
           Case{"CronList", R"({"a":1})", "CronList", other},
       }) {
    const v1::ToolCall call = call_of(each.name, each.input);
    CHECK(call.title == each.title);
    CHECK(call.kind == each.kind);
  }
  CHECK(call_of("Agent", R"({"description":"look","prompt":"p"})").content->front().content.text ==
        "p");
  CHECK(call_of("ExitPlanMode", R"({"plan":"1. do"})").content->front().content.text == "1. do");
}

TEST_CASE("a result is text, without what is not for people") {
  const v1::ToolCall call =
      result_of(R"("hi")", R"({"stdout":"hi","stderr":"","interrupted":false})");
  CHECK(call.id == "toolu_1");
  CHECK(call.status == v1::ToolStatus::completed);
  REQUIRE(call.content);
  CHECK(call.content->front().content.text == "hi");
  CHECK(call.raw_output == R"({"stdout":"hi","stderr":"","interrupted":false})");
  CHECK_FALSE(call.title);

  const v1::ToolCall failed = result_of(R"("<tool_use_error>Error: No such tool</tool_use_error>")",
                                        R"("Error: No such tool")", true);
  CHECK(failed.status == v1::ToolStatus::failed);
  CHECK(failed.content->front().content.text == "Error: No such tool");
  CHECK(failed.raw_output.empty());

  CHECK(result_of(R"("1\ta\n\n<system-reminder>\nBe wary.\n</system-reminder>\n")")
            .content->front()
            .content.text.starts_with("1\ta\n\n<system-reminder>"));
  CHECK(result_of(R"("1\ta\n\n<system-reminder>\nBe wary.\n</system-reminder>")")
            .content->front()
            .content.text == "1\ta");
  CHECK(result_of(R"("odd</system-reminder>")").content->front().content.text ==
        "odd</system-reminder>");
}

TEST_CASE("a result may be blocks, within each other too, and images") {
  const v1::ToolCall call = result_of(
      R"([{"type":"text","text":"a"},[{"type":"text","text":"b"}],
          {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
          {"type":"image","source":{"type":"url","url":"x"}},
          {"type":"tool_reference","tool_name":"WebFetch"},{"type":"odd"},
          {"type":"document","content":[{"type":"text","text":"c"}]}])");
  REQUIRE(call.content);
  REQUIRE(call.content->size() == 5);
  CHECK(call.content->at(1).content.text == "b");
  CHECK(call.content->at(2).content.type == v1::ContentType::image);
  CHECK(call.content->at(2).content.raw ==
        R"({"type":"image","mimeType":"image/png","data":"AA=="})");
  CHECK(call.content->at(3).content.text == "WebFetch");
  CHECK(call.content->at(4).content.text == "c");
}

TEST_CASE("what a tool gives in its own form has a bound, and does not repeat a file") {
  const std::string frame = R"({"a":""})";
  const auto given = [&](std::size_t size) {
    return R"({"a":")" + std::string(size - frame.size(), 'x') + "\"}";
  };
  CHECK(result_of(R"("x")", given(executor::claude::limits::raw_output)).raw_output.size() ==
        executor::claude::limits::raw_output);
  CHECK(result_of(R"("x")", given(executor::claude::limits::raw_output + 1)).raw_output.empty());
  CHECK(result_of(R"("1\ta")", R"({"type":"text","file":{"content":"a"}})").raw_output.empty());
}

TEST_CASE("an edit that went well is shown with its place and what is around it") {
  const v1::ToolCall call =
      result_of(R"("The file has been updated")",
                R"({"filePath":"/w/a","oldString":"b","newString":"c","structuredPatch":[
          {"oldStart":1,"oldLines":2,"newStart":1,"newLines":2,"lines":[" a","-b","+c"]},
          {"oldStart":9,"oldLines":1,"newStart":9,"newLines":1,
           "lines":["-x","+y","\\ No newline at end of file"]}]})");
  CHECK(call.status == v1::ToolStatus::completed);
  REQUIRE(call.content);
  REQUIRE(call.content->size() == 2);
  CHECK(call.content->at(0).old_text == "a\nb\n");
  CHECK(call.content->at(0).new_text == "a\nc\n");
  CHECK(call.content->at(1).old_text == "x\n");
  CHECK(call.content->at(1).new_text == "y\n");
  REQUIRE(call.locations);
  CHECK(call.locations->at(1).line == 9U);
  CHECK(call.raw_output.empty());
}

TEST_CASE("an edit keeps its diffs where the result has none that are better") {
  CHECK_FALSE(result_of(R"("created")", R"({"type":"create","filePath":"/w/a","content":"x",
      "structuredPatch":[],"originalFile":null})")
                  .content);
  CHECK_FALSE(
      result_of(R"("ok")", R"({"new_source":"x","edit_mode":"replace","notebook_path":"/w/n"})")
          .content);
  const v1::ToolCall failed = result_of(R"("no match")", R"({"structuredPatch":[]})", true);
  REQUIRE(failed.content);
  CHECK(failed.content->front().content.text == "no match");
}

TEST_CASE("a sub-agent's report is shown as it is, and of one that goes on nothing is said") {
  const v1::ToolCall done = result_of(
      R"([{"type":"text","text":"[hand-back] found it"}])",
      R"({"status":"completed","agentId":"a","content":[{"type":"text","text":"found it"}]})");
  REQUIRE(done.content);
  CHECK(done.content->front().content.text == "found it");
  const v1::ToolCall left = result_of(
      R"("never quote this")", R"({"isAsync":true,"status":"async_launched","agentId":"a"})");
  CHECK_FALSE(left.content);
}
