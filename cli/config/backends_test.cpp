#include <string>
#include <string_view>

#include "cli/config/config.h"
#include "cli/config/limits.h"
#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {

TEST_CASE("backends: each kind takes its own keys") {
  FakeMachine machine;
  const auto config = machine.load(R"(
[backends.work]
kind = "codex"
command = ["/opt/codex", "app-server"]
env = { CODEX_HOME = "/c", A = "1" }
model = "gpt"
effort = "high"
sandbox = "read-only"
approval_policy = "never"
first_response_seconds = 1
idle_seconds = 86400
config = { a = 1, b = [true, "x", 1.5], c.d = "e" }

[backends.me]
kind = "claude"
permission_mode = "plan"
first_response_seconds = 2
idle_seconds = 3
max_retries = 0
allow_bypass = true
fallback = ["work", "practice"]

[backends.other]
kind = "acp"
command = ["gemini", "--acp"]
documents = true

[backends.practice]
kind = "rehearsal"
)");
  CHECK(complaint(config) == "no error");
  REQUIRE(config);
  CHECK(config->warnings.empty());
  REQUIRE(config->backends.size() == 5);

  const BackendConfig& work = config->backends[0];
  CHECK(work.name == "work");
  CHECK(work.kind == BackendKind::codex);
  CHECK(work.origin.str() == std::string(user_path) + ":2:11");
  CHECK(work.command == Strings{"/opt/codex", "app-server"});
  CHECK(work.env == Variables{{"A", "1"}, {"CODEX_HOME", "/c"}});
  CHECK(work.model == "gpt");
  CHECK(work.effort == "high");
  CHECK(work.sandbox == "read-only");
  CHECK(work.approval_policy == "never");
  CHECK(work.first_response_seconds == 1);
  CHECK(work.idle_seconds == 86'400);
  CHECK(work.config.text == R"({"a":1,"b":[true,"x",1.5],"c":{"d":"e"}})");

  CHECK(config->backends[1].kind == BackendKind::claude);
  CHECK(config->backends[1].permission_mode == "plan");
  CHECK(config->backends[1].first_response_seconds == 2);
  CHECK(config->backends[1].idle_seconds == 3);
  CHECK(config->backends[1].max_retries == 0);
  CHECK(config->backends[1].allow_bypass);
  CHECK(config->backends[1].fallback == Strings{"work", "practice"});
  CHECK(config->backends[2].kind == BackendKind::acp);
  CHECK(config->backends[2].command == Strings{"gemini", "--acp"});
  CHECK(config->backends[2].documents);
  CHECK(config->backends[3].name == "practice");
  CHECK_FALSE(config->backends[3].documents);
  CHECK(config->backends[4].name == "rehearsal");
  CHECK(config->find_backend("me") == &config->backends[1]);
  CHECK(config->find_backend("nobody") == nullptr);
}

TEST_CASE("backends: a recipe for a fork in a terminal is read, or refused with its place") {
  FakeMachine machine;
  const auto config = machine.load(R"([backends.x]
kind = "codex"
[backends.x.pty]
command = ["codex", "fork", "{parent}"]
seconds = 3
answers = [{ shown = "Press Enter", keys = "\r" }]
)");
  CHECK(complaint(config) == "no error");
  REQUIRE(config);
  const executor::pty::OwnRecipe& recipe = config->backends[0].recipe;
  CHECK(recipe.command == Strings{"codex", "fork", "{parent}"});
  CHECK(recipe.patience.fork == std::chrono::seconds(3));
  REQUIRE(recipe.answers.size() == 1);
  CHECK(recipe.answers[0].keys == "\r");

  const auto wrong = [&machine](std::string text) {
    return complaint(machine.load(std::move(text)));
  };
  CHECK(wrong("[backends.x]\nkind = \"codex\"\npty = { command = [\"codex\", \"--yolo\"] }")
            .starts_with(":3:7: backends.x.pty.command: \"--yolo\" has the program leave out"));
  CHECK(wrong("[backends.x]\nkind = \"codex\"\npty = { command = [\"codex\", \"{child}\"] }")
            .find("unknown placeholder {child}; there are {parent}, {cwd}") != std::string::npos);
  CHECK(wrong("[backends.x]\nkind = \"claude\"\npty = { command = [\"claude\", \"{child}\"] }") ==
        "no error");
  // What names no session of another program's cannot be forked in its terminal.
  const auto other = machine.load("[backends.x]\nkind = \"rehearsal\"\npty = {}");
  REQUIRE(other);
  REQUIRE(other->warnings.size() == 1);
  CHECK(other->warnings[0].find("\"pty\" has no meaning for a backend of kind \"rehearsal\"") !=
        std::string::npos);
}

TEST_CASE("backends: what is wrong in a table is refused with its place") {
  FakeMachine machine;
  const auto wrong = [&machine](std::string text) {
    return complaint(machine.load(std::move(text)));
  };
  constexpr std::string_view kinds = R"(expected kind = "codex", "claude", "acp" or "rehearsal")";
  CHECK(wrong("[backends.x]\nmodel = \"m\"") == ":1:11: backends.x: " + std::string(kinds));
  CHECK(wrong("[backends.x]\nkind = \"gpt\"") == ":2:8: backends.x: " + std::string(kinds));
  CHECK(wrong("[backends.x]\nkind = 1") == ":2:8: backends.x: " + std::string(kinds));
  CHECK(wrong("[backends]\nx = 1") == ":2:1: backends.x: expected a table, found an integer");
  CHECK(wrong("[backends.\"a b\"]\nkind = \"acp\"") ==
        ":1:11: backends: the name \"a b\" is not made of letters, digits, '.', '_' and '-'");
  CHECK(wrong("[backends.\"\"]\nkind = \"acp\"").starts_with(":1:11: backends: the name \"\""));
  CHECK(wrong("[backends." + std::string(limits::max_backend_name + 1, 'n') + "]")
            .starts_with(":1:11: backends: the name"));
  CHECK(wrong("[backends." + std::string(limits::max_backend_name, 'n') + "]\nkind=\"codex\"") ==
        "no error");
  CHECK(wrong("[backends.x]\nkind = \"acp\"") ==
        ":1:11: backends.x: a backend of kind \"acp\" needs command = [\"program\", …], "
        "or the name of an agent that `tine backends` lists");
  CHECK(wrong("[backends.x]\nkind = \"acp\"\ncommand = []") ==
        ":3:11: backends.x.command: expected the name of a program in PATH, or its absolute path");
  // A relative path would lead into the project.
  for (const std::string_view name : {"", "./codex", "bin/codex", "../codex"}) {
    CHECK(
        wrong("[backends.x]\nkind = \"codex\"\ncommand = [\"" + std::string(name) + "\"]") ==
        ":3:11: backends.x.command: expected the name of a program in PATH, or its absolute path");
  }
  for (const char* beyond : {"first_response_seconds = 0", "idle_seconds = 86401"}) {
    const std::string said = wrong(std::string("[backends.x]\nkind = \"codex\"\n") + beyond);
    CHECK(said.find("an integer from 1 to 86400") != std::string::npos);
  }
  CHECK(wrong("[backends.x]\nkind = \"codex\"\ncommand = \"codex\"") ==
        ":3:11: backends.x.command: expected a list of strings, found a string");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nenv = [\"A=1\"]") ==
        ":3:7: backends.x.env: expected a table of strings, found an array");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nenv = { A = 1 }") ==
        ":3:13: backends.x.env: expected a string, found an integer");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nenv = { \"A=B\" = \"1\" }") ==
        ":3:9: backends.x.env: expected the name of an environment variable, found what cannot be "
        "one");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nenv = { A = \"1\\u0000\" }") ==
        ":3:13: backends.x.env: expected a string, found one with a NUL in it");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nsandbox = \"none\"") ==
        ":3:11: backends.x.sandbox: expected \"read-only\", \"workspace-write\" or "
        "\"danger-full-access\", found another one");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nconfig = \"a\"") ==
        ":3:10: backends.x.config: expected a table, found a string");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nconfig = { a = [1979-05-27] }") ==
        ":3:10: backends.x.config: expected a table, found one with a date or an infinite number "
        "in it");
  CHECK(wrong("[backends.x]\nkind = \"codex\"\nconfig = { a = inf }").starts_with(":3:10: "));
  CHECK(wrong("[backends.x]\nkind = \"claude\"\nallow_bypass = \"yes\"") ==
        ":3:16: backends.x.allow_bypass: expected a boolean, found a string");
}

TEST_CASE("backends: there may be 64 and no more") {
  const auto tables = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += "[backends.b" + std::to_string(i) + "]\nkind = \"codex\"\n";
    }
    return text;
  };
  FakeMachine machine;
  CHECK(machine.load(tables(limits::max_backends)).has_value());
  CHECK(complaint(machine.load(tables(limits::max_backends + 1)))
            .ends_with("backends: more than 64"));
}

TEST_CASE("backends: a default that there is not is refused, with the nearest that there is") {
  FakeMachine machine;
  CHECK(complaint(machine.load("default_backend = \"wrok\"\n[backends.work]\nkind = \"codex\"")) ==
        ":1:1: default_backend: there is no backend \"wrok\"; did you mean \"work\"? (there are: "
        "work, rehearsal)");
  machine.flags = {{"--backend", "x"}};
  CHECK(complaint(machine.load("")) ==
        "--backend: default_backend: there is no backend \"x\" (there are: rehearsal)");
}

TEST_CASE("backends: a fallback that there is not is refused, with the nearest that there is") {
  FakeMachine machine;
  const std::string work = "[backends.work]\nkind = \"codex\"";
  CHECK(complaint(machine.load("fallback = [\"work\", \"wrok\"]\n" + work)) ==
        ":1:1: fallback: there is no backend \"wrok\"; did you mean \"work\"? (there are: "
        "work, rehearsal)");
  CHECK(complaint(machine.load(work + "\nfallback = [\"x\"]")) ==
        ":1:11: fallback: there is no backend \"x\" (there are: work, rehearsal)");
}

TEST_CASE("backends: what the user says of one goes before what the same file says of all") {
  FakeMachine machine;
  const std::string file =
      "model = \"all\"\neffort = \"low\"\nmode = \"auto\"\n"
      "[backends.a]\nkind = \"claude\"\nmodel = \"one\"\npermission_mode = \"plan\"\n"
      "[backends.b]\nkind = \"codex\"\n";
  const auto config = machine.load(file);
  REQUIRE(config);
  const SessionDefaults a = session_defaults(*config, *config->find_backend("a"));
  CHECK(a.model == "one");
  CHECK(a.effort == "low");
  CHECK(a.mode == "plan");
  CHECK(a.mode_otherwise == "plan");
  const SessionDefaults b = session_defaults(*config, *config->find_backend("b"));
  CHECK(b.model == "all");
  CHECK(b.mode == "auto");

  machine.variables["TINE_MODEL"] = "env";
  machine.variables["TINE_MODE"] = "default";
  const auto other = machine.load();
  REQUIRE(other);
  CHECK(session_defaults(*other, *other->find_backend("a")).model == "env");
  CHECK(session_defaults(*other, *other->find_backend("a")).mode == "default");
  CHECK(session_defaults(*other, *other->find_backend("a")).mode_otherwise == "default");
}

}  // namespace tine::cli
