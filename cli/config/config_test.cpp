#include "cli/config/config.h"

#include <array>
#include <string>
#include <string_view>

#include "cli/config/limits.h"
#include "cli/config/schema.h"
#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {
namespace {

std::string origin(const Config& config, std::string_view key) {
  const Origin* const from = config.origin_of(key);
  if (from == nullptr) return "default";
  return std::string(name_of(from->layer)) + " " + from->str();
}

}  // namespace

TEST_CASE("config: without any file the defaults hold") {
  FakeMachine machine;
  const auto config = machine.load();
  REQUIRE(config);
  CHECK(config->settings.unstable);
  CHECK(config->settings.durability == "interval");
  CHECK(config->settings.history == "full");
  CHECK(config->settings.max_depth == 5);
  CHECK(config->settings.log_level == "info");
  CHECK(config->settings.model.empty());
  CHECK(config->warnings.empty());
  CHECK_FALSE(config->user_file_exists);
  CHECK(config->project_file.empty());
  for (const SettingKey& key : setting_keys()) CHECK(config->origin_of(key.name) == nullptr);
  REQUIRE(config->backends.size() == 1);
  CHECK(config->backends[0].name == "rehearsal");
  CHECK(config->default_backend == "rehearsal");
}

TEST_CASE("config: the user's file is where the XDG specification has it") {
  FakeMachine machine;
  const auto path = [&machine] { return machine.load().value().user_file; };
  CHECK(path() == user_path);
  machine.variables["XDG_CONFIG_HOME"] = "/elsewhere";
  CHECK(path() == "/elsewhere/tine/config.toml");
  machine.variables["XDG_CONFIG_HOME"] = "relative";
  CHECK(path() == user_path);
  machine.variables["XDG_CONFIG_HOME"] = "";
  CHECK(path() == user_path);
  machine.variables.clear();
  machine.asked.clear();
  CHECK(path().empty());
  CHECK(machine.asked.empty());
}

TEST_CASE("config: the user's file sets every key, and each tells its line") {
  FakeMachine machine;
  const auto config = machine.load(R"(default_backend = "mine"
model = "m"
effort = "high"
mode = "plan"
unstable = false
durability = "turn"
history = "none"
retention_days = 30
max_total_bytes = 1_000_000_000
max_session_bytes = 5
  max_depth = 7
log_file = "~/logs/tine.log"
log_level = "debug"
log_format = "json"
log_files = 9
log_file_bytes = 65_536
trust = "cli"
fallback = ["mine", "codex"]
failover = "auto"
[load]
max_bytes = 6
[fork]
strategy = "soft"
cold = "soft"
strict = true
summary_tokens = 4_000
stale_hours = 12
summary = "model"
seed = "auto"
seed_hours = 8
[limits]
min_free_memory = 1_000
max_turns = 3
max_processes = 4
[session]
fork_prefix_budget = 5_000
caller_newest = true

[memory]
keep = true
inject = "brief"
drift = "ask"
location = "repo"
mcp = true
[permissions]
allow = ["read"]
ask = ["edit"]
deny = ["execute:rm *"]
[redact]
literals = ["one", "two"]
prefixes = ["acme_"]
[backends.mine]
kind = "rehearsal"
)");
  CHECK(complaint(config) == "no error");
  REQUIRE(config);
  CHECK(config->user_file_exists);
  // A program that is not installed here may be tomorrow.
  CHECK(config->warnings ==
        Strings{std::string(user_path) + ":18:1: fallback: codex is not installed"});
  const Settings& settings = config->settings;
  CHECK(settings.default_backend == "mine");
  CHECK(settings.model == "m");
  CHECK(settings.effort == "high");
  CHECK(settings.mode == "plan");
  CHECK_FALSE(settings.unstable);
  CHECK(settings.durability == "turn");
  CHECK(settings.history == "none");
  CHECK(settings.retention_days == 30);
  CHECK(settings.max_total_bytes == 1'000'000'000);
  CHECK(settings.max_session_bytes == 5);
  CHECK(settings.load_max_bytes == 6);
  CHECK(settings.max_depth == 7);
  CHECK(settings.limits_min_free_memory == 1000);
  CHECK(settings.limits_max_turns == 3);
  CHECK(settings.limits_max_processes == 4);
  CHECK(settings.log_file == "/home/me/logs/tine.log");
  CHECK(settings.log_level == "debug");
  CHECK(settings.log_format == "json");
  CHECK(settings.log_files == 9);
  CHECK(settings.log_file_bytes == 65'536);
  CHECK(settings.trust == "cli");
  CHECK(settings.fallback == Strings{"mine", "codex"});
  CHECK(settings.failover == "auto");
  CHECK(settings.fork_strategy == "soft");
  CHECK(settings.fork_cold == "soft");
  CHECK(settings.fork_strict);
  CHECK(settings.fork_summary_tokens == 4000);
  CHECK(settings.fork_stale_hours == 12);
  CHECK(settings.fork_summary == "model");
  CHECK(settings.fork_seed == "auto");
  CHECK(settings.fork_seed_hours == 8);
  CHECK(settings.session_fork_prefix_budget == 5000);
  CHECK(settings.session_caller_newest);
  CHECK(settings.memory_keep);
  CHECK(settings.memory_inject == "brief");
  CHECK(settings.memory_drift == "ask");
  CHECK(settings.memory_location == "repo");
  CHECK(settings.memory_mcp);
  CHECK(settings.permissions_allow == Strings{"read"});
  CHECK(settings.permissions_ask == Strings{"edit"});
  CHECK(settings.permissions_deny == Strings{"execute:rm *"});
  CHECK(settings.redact_literals == Strings{"one", "two"});
  CHECK(settings.redact_prefixes == Strings{"acme_"});
  for (const SettingKey& key : setting_keys()) CHECK(config->origin_of(key.name) != nullptr);
  CHECK(origin(*config, "default_backend") == "user " + std::string(user_path) + ":1:1");
  CHECK(origin(*config, "max_depth") == "user " + std::string(user_path) + ":11:3");
  CHECK(origin(*config, "redact.prefixes") == "user " + std::string(user_path) + ":51:1");
}

TEST_CASE(
    "config: too small and too large a budget for a caller's past become the nearest that may be") {
  for (const auto& [set, taken] : {std::pair("4095", 4096), std::pair("131073", 131'072)}) {
    FakeMachine machine;
    const auto config = machine.load(std::string("[session]\nfork_prefix_budget = ") + set + "\n");
    REQUIRE(config);
    CHECK(config->settings.session_fork_prefix_budget == taken);
    CHECK(config->warnings ==
          Strings{std::string(user_path) + ":2:1: session.fork_prefix_budget: " + set +
                  " is taken as " + std::to_string(taken)});
  }
  for (const char* const good : {"4096", "131072"}) {
    FakeMachine machine;
    const auto config = machine.load(std::string("[session]\nfork_prefix_budget = ") + good + "\n");
    REQUIRE(config);
    CHECK(config->warnings.empty());
  }
}

TEST_CASE("config: a flag beats the environment, which beats the user's file") {
  FakeMachine machine;
  const std::string file =
      "default_backend = \"a\"\nlog_level = \"debug\"\nmodel = \"file\"\n"
      "[backends.a]\nkind = \"rehearsal\"\n[backends.b]\nkind = \"rehearsal\"\n"
      "[backends.c]\nkind = \"rehearsal\"\n";
  machine.variables["TINE_DEFAULT_BACKEND"] = "b";
  machine.variables["TINE_LOG_LEVEL"] = "error";
  machine.flags = {{"--backend", "c"}};
  const auto config = machine.load(file);
  CHECK(complaint(config) == "no error");
  REQUIRE(config);
  CHECK(config->settings.default_backend == "c");
  CHECK(config->default_backend == "c");
  CHECK(origin(*config, "default_backend") == "flag --backend");
  CHECK(config->origins[0].size() == 3);
  CHECK(config->settings.log_level == "error");
  CHECK(origin(*config, "log_level") == "environment TINE_LOG_LEVEL");
  CHECK(config->settings.model == "file");
}

TEST_CASE("config: every variable sets its key") {
  for (const SettingKey& key : setting_keys()) {
    if (key.variable.empty()) continue;
    FakeMachine machine;
    machine.variables[std::string(key.variable)] =
        key.name == "default_backend" ? "rehearsal"
        : key.name == "unstable"      ? "false"
        : key.member.index() == 0     ? "true"
        : key.member.index() == 1     ? std::to_string(key.rule.least + 17)
        : !key.rule.choices.empty()   ? std::string(key.rule.choices.back())
        : key.rule.path               ? "/var/log/x"
                                      : "text";
    const auto config = machine.load();
    INFO(key.variable << ": " << complaint(config));
    REQUIRE(config);
    CHECK(origin(*config, key.name) == "environment " + std::string(key.variable));
    CHECK(value_of(config->settings, key.member) != value_of(Settings(), key.member));
  }
}

TEST_CASE("config: variables that are wrong are named, those that are empty count as not set") {
  FakeMachine machine;
  const auto with = [](std::string name, std::string value) {
    FakeMachine other;
    other.variables[std::move(name)] = std::move(value);
    return complaint(other.load());
  };
  CHECK(with("TINE_UNSTABLE", "yes") ==
        "TINE_UNSTABLE: expected true or false, found something else");
  CHECK(with("TINE_UNSTABLE", "1") == "no error");
  CHECK(with("TINE_UNSTABLE", "0") == "no error");
  CHECK(with("TINE_UNSTABLE", "true") == "no error");
  CHECK(with("TINE_MAX_DEPTH", "7x") ==
        "TINE_MAX_DEPTH: expected an integer from 0 to 100, found something else");
  CHECK(with("TINE_MAX_DEPTH", "101") ==
        "TINE_MAX_DEPTH: expected an integer from 0 to 100, found another one");
  CHECK(with("TINE_MAX_TOTAL_BYTES", "-1") ==
        "TINE_MAX_TOTAL_BYTES: expected an integer of at least 0, found another one");
  CHECK(with("TINE_DURABILITY", "always") ==
        R"(TINE_DURABILITY: expected "interval" or "turn", found another one)");
  CHECK(with("TINE_LOG_FILE", "here.log") ==
        "TINE_LOG_FILE: expected an absolute path, one that begins with ~/, or \"none\", found "
        "another one");
  CHECK(with("TINE_MODEL", "a\x1B[0m") ==
        "TINE_MODEL: expected a string, found one with a control character in it");
  CHECK(with("TINE_UNSTABLE", "") == "no error");
  CHECK(with("TINE_DEFAULT_BACKEND", "nope").starts_with("TINE_DEFAULT_BACKEND: "));
}

TEST_CASE("config: wrong types are refused with file, line and column") {
  struct Wrong {
    std::string_view text;
    std::string_view complaint;
  };
  constexpr std::array all = {
      Wrong{"\nunstable = \"yes\"", ":2:12: unstable: expected a boolean, found a string"},
      Wrong{"unstable = 1", ":1:12: unstable: expected a boolean, found an integer"},
      Wrong{"model = 5", ":1:9: model: expected a string, found an integer"},
      Wrong{"model = true", ":1:9: model: expected a string, found a boolean"},
      Wrong{"model = [\"a\"]", ":1:9: model: expected a string, found an array"},
      Wrong{"[model]\na = 1", ":1:2: model: expected a string, found a table"},
      Wrong{"model = 1979-05-27", ":1:9: model: expected a string, found a date or time"},
      Wrong{"model = \"a\\u0007\"",
            ":1:9: model: expected a string, found one with a control character in it"},
      Wrong{"retention_days = 1.5",
            ":1:18: retention_days: expected an integer from 0 to 36500, found a number with a "
            "fraction"},
      Wrong{"retention_days = -1",
            ":1:18: retention_days: expected an integer from 0 to 36500, found another one"},
      Wrong{"retention_days = 36501",
            ":1:18: retention_days: expected an integer from 0 to 36500, found another one"},
      Wrong{"durability = \"always\"",
            ":1:14: durability: expected \"interval\" or \"turn\", found another one"},
      Wrong{"durability = true",
            ":1:14: durability: expected \"interval\" or \"turn\", found a boolean"},
      Wrong{"log_level = \"loud\"",
            ":1:13: log_level: expected \"debug\", \"info\", \"warning\", \"error\" or \"off\", "
            "found another one"},
      Wrong{
          "log_file = \"here\"",
          ":1:12: log_file: expected an absolute path, one that begins with ~/, or \"none\", found "
          "another one"},
      Wrong{"redact = 5", ":1:10: redact: expected a table, found an integer"},
      Wrong{"redact.literals = \"a\"",
            ":1:19: redact.literals: expected a list of strings, found a string"},
      Wrong{"[redact]\nliterals = [\"a\",\n  5]",
            ":3:3: redact.literals: expected a string in the list, found an integer"},
      Wrong{"[redact]\nprefixes = [\"a\\u0000\"]",
            ":2:13: redact.prefixes: expected a string, found one with a NUL in it"},
      Wrong{"backends = 5", ":1:12: backends: expected a table, found an integer"},
      Wrong{"[[backends]]\nkind = \"acp\"", ":1:3: backends: expected a table, found an array"},
  };
  for (const Wrong& wrong : all) {
    FakeMachine machine;
    INFO(wrong.text);
    CHECK(complaint(machine.load(std::string(wrong.text))) == wrong.complaint);
  }
}

TEST_CASE("config: syntax errors and keys given twice are refused with their place") {
  FakeMachine machine;
  CHECK(complaint(machine.load("model = \"a\"\nmodel = \"b\"\n")).starts_with(":2:"));
  CHECK(complaint(machine.load("\n\nmodel = ")).starts_with(":3:"));
  CHECK(complaint(machine.load("model = \"a")).starts_with(":1:"));
  CHECK(complaint(machine.load("[a\n")).starts_with(":1:"));
  CHECK(complaint(machine.load("[redact]\n[redact]\n")).starts_with(":2:"));
  CHECK(complaint(machine.load("model = \"\xFF\"")) == ":1:10: bytes that are not UTF-8");
}

TEST_CASE("config: unknown keys are passed over with a warning that names the nearest one") {
  FakeMachine machine;
  const auto warning = [&machine](std::string text) {
    const auto config = machine.load(std::move(text));
    INFO(complaint(config));
    REQUIRE(config);
    REQUIRE(config->warnings.size() == 1);
    REQUIRE(config->warnings[0].starts_with(user_path));
    return config->warnings[0].substr(user_path.size());
  };
  CHECK(warning("modle = \"x\"") == ":1:1: unknown key \"modle\"; did you mean \"model\"?");
  CHECK(warning("\n  default_backed = \"x\"") ==
        ":2:3: unknown key \"default_backed\"; did you mean \"default_backend\"?");
  CHECK(warning("[backend.x]\nkind=\"acp\"") ==
        ":1:2: unknown key \"backend\"; did you mean \"backends\"?");
  CHECK(warning("colour = 1") == ":1:1: unknown key \"colour\"");
  CHECK(warning("[redact]\nliteral = [\"a\"]") ==
        ":2:1: unknown key \"literal\" in [redact]; did you mean \"literals\"?");
  CHECK(warning("[redact]\nmodel = \"x\"") == ":2:1: unknown key \"model\" in [redact]");
  CHECK(warning("\"redact.literals\" = [\"a\"]") == ":1:1: unknown key \"redact.literals\"");
  CHECK(warning("\"a\\u001b[31m\" = 1") == ":1:1: unknown key \"a\\u001b[31m\"");
  CHECK(warning("[backends.x]\nkind = \"codex\"\nmodell = \"m\"") ==
        ":3:1: unknown key \"modell\" in [backends.x]; did you mean \"model\"?");
  CHECK(warning("[backends.x]\nkind = \"codex\"\npermission_mode = \"plan\"") ==
        ":3:1: the key \"permission_mode\" has no meaning for a backend of kind \"codex\"");
  CHECK(warning("[backends.x]\nkind = \"rehearsal\"\ncommand = []") ==
        ":3:1: the key \"command\" has no meaning for a backend of kind \"rehearsal\"");
}

TEST_CASE("config: long names are cut in messages") {
  FakeMachine machine;
  const auto config = machine.load(std::string(5000, 'k') + " = 1");
  REQUIRE(config);
  REQUIRE(config->warnings.size() == 1);
  CHECK(config->warnings[0].size() < 200);
}

TEST_CASE("config: a path that begins with the home directory needs one") {
  FakeMachine machine;
  machine.variables = {{"XDG_CONFIG_HOME", "/c"}};
  machine.files["/c/tine/config.toml"] = "log_file = \"~/x\"";
  CHECK(complaint(machine.load()) ==
        "/c/tine/config.toml:1:1: HOME is not set, which ~/ stands for");
  machine.files["/c/tine/config.toml"] = "log_file = \"/x~/y\"";
  CHECK(machine.load().value().settings.log_file == "/x~/y");
}

TEST_CASE("config: a user's file that cannot be read is an error") {
  FakeMachine machine;
  CHECK(complaint(machine.load("<unreadable>")) == ": cannot be read");
}

}  // namespace tine::cli
