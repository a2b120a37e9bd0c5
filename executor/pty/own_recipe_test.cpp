#include "executor/pty/own_recipe.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

namespace {

const std::vector<std::string_view> placeholders = {"parent", "cwd"};

std::string complaint(std::string_view table) {
  const auto own = pty::read_own_recipe(table, placeholders);
  return own ? "no error" : own.error().message;
}

pty::Recipe compiled_in() {
  pty::Recipe recipe;
  recipe.name = "codex fork";
  recipe.command = {"/bin/codex", "fork", "p-1"};
  recipe.environment = {"A=1", "B=2"};
  recipe.trace = {.folder = "/home/.codex/sessions",
                  .name = {},
                  .line = {{.path = "type", .text = "session_meta"}},
                  .id = "payload.id"};
  recipe.leave = "\x03";
  return recipe;
}

pty::Recipe with(std::string_view table) {
  pty::Recipe recipe = compiled_in();
  const auto own = pty::read_own_recipe(table, placeholders);
  REQUIRE(own);
  pty::put_in(*own, {{"cwd", "/w {parent}"}, {"parent", "p-1"}}, "/home/me", recipe);
  return recipe;
}

}  // namespace

TEST_CASE("own recipe: what it says takes the place of what was compiled in") {
  const pty::Recipe recipe = with(R"({
    "command": ["/opt/codex-next", "fork", "-C", "{cwd}", "--from={parent}", "{\"a\":1}", "{}"],
    "env": {"B": "of {parent}", "C": "3"},
    "answers": [{"shown": "Press Enter to go on", "keys": "\r"}],
    "file": {"folder": "~/next/{parent}", "name": "{parent}.jsonl",
             "line": {"payload.from": "{parent}"}, "id": "payload.self"},
    "leave": "/quit\r", "seconds": 3, "leave_seconds": 1})");
  CHECK(recipe.command == std::vector<std::string>{"/opt/codex-next", "fork", "-C", "/w {parent}",
                                                   "--from=p-1", R"({"a":1})", "{}"});
  CHECK(recipe.name == "codex-next, as you have configured it,");
  CHECK(recipe.environment == std::vector<std::string>{"A=1", "B=of p-1", "C=3"});
  REQUIRE(recipe.answers.size() == 1);
  CHECK(recipe.answers[0].shown == "Press Enter to go on");
  CHECK(recipe.answers[0].keys == "\r");
  CHECK(recipe.trace.folder == "/home/me/next/p-1");
  CHECK(recipe.trace.name == "p-1.jsonl");
  REQUIRE(recipe.trace.line.size() == 1);
  CHECK(recipe.trace.line[0].path == "payload.from");
  CHECK(recipe.trace.line[0].text == "p-1");
  CHECK(recipe.trace.id == "payload.self");
  CHECK(recipe.leave == "/quit\r");
  CHECK(recipe.patience.fork == std::chrono::seconds(3));
  CHECK(recipe.patience.leaving == std::chrono::seconds(1));
}

TEST_CASE("own recipe: what it does not say stays as it was") {
  const pty::Recipe was = compiled_in();
  const pty::Recipe recipe = with("{}");
  CHECK(recipe.name == was.name);
  CHECK(recipe.command == was.command);
  CHECK(recipe.environment == was.environment);
  CHECK(recipe.answers.empty());
  CHECK(recipe.trace.folder == was.trace.folder);
  CHECK(recipe.leave == was.leave);
  CHECK(recipe.patience.fork == was.patience.fork);
}

TEST_CASE("own recipe: no word may leave out a question of trust or permission") {
  for (const std::string_view word :
       {"--dangerously-bypass-approvals-and-sandbox", "--dangerously-skip-permissions",
        "--allow-dangerously-skip-permissions", "bypassPermissions", "danger-full-access", "--yolo",
        "--approval-mode=yolo", "--skip-trust", "--trust", "--full-auto", "--allow-all-tools",
        "--auto", "-y", "never", "--ask-for-approval=never", "approval_policy=on-request",
        "sandbox_mode=workspace-write", "projects={\\\"/w\\\"={trust_level=1}}",
        "--skip-git-repo-check"}) {
    CAPTURE(word);
    const std::string said =
        complaint(R"({"command":["codex","fork",")" + std::string(word) + R"("]})");
    CHECK(said.starts_with("command: \""));
    CHECK(said.find("leave out a question of trust or permission") != std::string::npos);
  }
  CHECK(complaint(R"({"command":["codex","fork","-a","on-request","--no-daemon"]})") == "no error");
  for (const std::string_view variable : {R"("GEMINI_CLI_TRUST_WORKSPACE":"true")",
                                          R"("MODE":"bypassPermissions")", R"("YOLO":"1")"}) {
    CAPTURE(variable);
    CHECK(complaint("{\"env\":{" + std::string(variable) + "}}")
              .find("leave out a question of trust or permission") != std::string::npos);
  }
}

TEST_CASE("own recipe: no question of trust or permission may be answered") {
  for (const std::string_view shown :
       {"Do you trust the files in this folder?", "Yes, I Trust it", "Allow this command?",
        "requires approval", "Use the API key of the environment?", "Enter your password",
        "Bypass all questions"}) {
    CAPTURE(shown);
    CHECK(complaint(R"({"answers":[{"shown":")" + std::string(shown) + R"(","keys":"\r"}]})")
              .find("may be a question of trust or permission, which tine does not answer") !=
          std::string::npos);
  }
  CHECK(complaint(R"({"answers":[{"shown":"1234567","keys":"\r"}]})")
            .find("could stand in any question; expected 8 characters") != std::string::npos);
  CHECK(complaint(R"({"answers":[{"shown":"12345678","keys":"\r"}]})") == "no error");
  std::string many = R"({"shown":"12345678","keys":"1"})";
  for (std::size_t i = 1; i < pty::limits::own_answers; ++i)
    many += R"(,{"shown":"12345678","keys":"1"})";
  CHECK(complaint("{\"answers\":[" + many + "]}") == "no error");
  CHECK(complaint("{\"answers\":[" + many + R"(,{"shown":"12345678","keys":"1"}]})") ==
        "answers: expected 16 of them at most");
}

TEST_CASE("own recipe: what is wrong is named") {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"comand":[]})",
       "comand: unknown key; there are command, env, answers, file, leave, seconds and "
       "leave_seconds"},
      {R"({"command":[]})",
       "command: expected the name of a program in PATH, or its absolute path, and its arguments"},
      {R"({"command":["./codex"]})",
       "command: expected the name of a program in PATH, or its absolute path, and its arguments"},
      {R"({"command":["{parent}"]})",
       "command: expected the name of a program in PATH, or its absolute path, and its arguments"},
      {R"({"command":["codex","{child}"]})",
       "command: unknown placeholder {child}; there are {parent}, {cwd}"},
      {R"({"command":["codex",1]})", "command: expected a string that is not empty"},
      {R"({"env":{"A=B":"1"}})", "env: expected the name of an environment variable"},
      {R"({"env":[]})", "env: expected a table of strings"},
      {R"({"answers":{}})", "answers: expected a list of tables"},
      {R"({"answers":[{"shown":"12345678"}]})",
       "answers.keys: expected a string that is not empty"},
      {R"({"file":{"folder":"sessions","line":{"a":"b"},"id":"c"}})",
       "file.folder: expected an absolute path, or one that begins with ~/"},
      {R"({"file":{"folder":"/s","name":"a/b","line":{"a":"b"},"id":"c"}})",
       "file.name: expected the name of a file, without folders"},
      {R"({"file":{"folder":"/s","id":"c"}})",
       "file.line: expected a table of strings: what stands in the line that says that the fork is "
       "there"},
      {R"({"file":{"folder":"/s","line":{"a":"b"}}})",
       "file.id: expected a string that is not empty"},
      {R"({"leave":""})", "leave: expected a string that is not empty"},
      {R"({"seconds":0})", "seconds: expected an integer from 1 to 40"},
      {R"({"seconds":41})", "seconds: expected an integer from 1 to 40"},
      {R"({"leave_seconds":6})", "leave_seconds: expected an integer from 1 to 5"},
  };
  for (const auto& [table, message] : wrong) CHECK(complaint(table) == message);
}
