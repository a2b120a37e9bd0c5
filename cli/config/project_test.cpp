#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/config.h"
#include "cli/config/schema.h"
#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {
namespace {

constexpr std::string_view refusal =
    ", as it comes with code that is not trusted; it may set default_backend, model, effort, "
    "mode, permissions.deny and memory.mcp";

std::string refused(std::string_view place, std::string_view name) {
  return "/p/.tine.toml:" + std::string(place) + ": a project's file may not set \"" +
         std::string(name) + "\"" + std::string(refusal);
}

/// A good value for any key.
std::string value_for(std::size_t type, const Rule& rule) {
  constexpr std::array<std::string_view, 6> values = {
      "true", "1", "\"/x\"", "[\"x\"]", "{ A = \"x\" }", "{ a = 1 }"};
  if (rule.choices.empty()) return std::string(values.at(type));
  return "\"" + std::string(rule.choices.front()) + "\"";
}

}  // namespace

TEST_CASE("project: it may choose backend, model and effort") {
  FakeMachine machine;
  machine.files[std::string(user_path)] =
      "model = \"mine\"\n[backends.work]\nkind = \"rehearsal\"\n"
      "projects_may_choose = true\n";
  const auto config =
      machine.load_project("default_backend = \"work\"\nmodel = \"theirs\"\neffort = \"high\"\n");
  CHECK(complaint(config) == "no error");
  REQUIRE(config);
  CHECK(config->default_backend == "work");
  CHECK(config->default_reason == "it is the default_backend of /p/.tine.toml:1:1");
  CHECK(config->project_file == "/p/.tine.toml");
  CHECK(session_defaults(*config, *config->find_backend("work")).model == "theirs");
  CHECK(session_defaults(*config, *config->find_backend("work")).effort == "high");
  CHECK(config->origin_of("model")->str() == "/p/.tine.toml:2:1");
}

TEST_CASE("project: it can only add to what the user denies") {
  FakeMachine machine;
  machine.files[std::string(user_path)] = "[permissions]\ndeny = [\"execute:rm *\"]\n";
  const auto config = machine.load_project("[permissions]\ndeny = [\"edit:/etc/*\"]\n");
  REQUIRE(config);
  CHECK(config->settings.permissions_deny == Strings{"execute:rm *", "edit:/etc/*"});
  const auto empty = machine.load_project("permissions.deny = []\n");
  REQUIRE(empty);
  CHECK(empty->settings.permissions_deny == Strings{"execute:rm *"});
  const auto rules = permission_rules(*config);
  REQUIRE(rules);
  CHECK(rules->size() == 2);
}

TEST_CASE("project: it can only turn the tools off") {
  FakeMachine machine;
  machine.files[std::string(user_path)] = "[memory]\nmcp = true\n";
  CHECK(machine.load_project("model = \"x\"\n")->settings.memory_mcp);
  const auto off = machine.load_project("[memory]\nmcp = false\n");
  REQUIRE(off);
  CHECK_FALSE(off->settings.memory_mcp);
  const std::string wanted = "/p/.tine.toml:2:7: memory.mcp: a project's file may only turn it off";
  CHECK(complaint(machine.load_project("[memory]\nmcp = true\n")) == wanted);
  machine.files.clear();
  CHECK(complaint(machine.load_project("[memory]\nmcp = true\n")) == wanted);
  CHECK_FALSE(machine.load_project("[memory]\nmcp = false\n")->settings.memory_mcp);
}

TEST_CASE("project: every other key of the schema is refused in it") {
  std::vector<std::string> allowed;
  for (const SettingKey& key : setting_keys()) {
    FakeMachine machine;
    std::string text = "# a comment\n";
    text.append(key.name).append(" = ");
    text += key.name == "memory.mcp" ? "false" : value_for(key.member.index(), key.rule);
    const auto config = machine.load_project(text);
    if (key.project) {
      allowed.emplace_back(key.name);
      if (key.name != "default_backend") CHECK(complaint(config) == "no error");
    } else {
      const std::string_view group = key.name.substr(0, key.name.find('.'));
      const bool is_beside = group == "permissions" || group == "memory";
      const std::string place = is_beside ? "2:" + std::to_string(group.size() + 2) : "2:1";
      CHECK(complaint(config) == refused(place, is_beside ? key.name : group));
    }
  }
  CHECK(allowed == std::vector<std::string>{"default_backend", "model", "effort", "mode",
                                            "permissions.deny", "memory.mcp"});
  for (const BackendKey& key : backend_keys()) {
    FakeMachine machine;
    std::string text = "[backends.rehearsal]\n";
    text.append(key.name).append(" = ").append(value_for(key.member.index(), key.rule));
    CHECK(complaint(machine.load_project(text)) == refused("1:2", "backends"));
  }
  FakeMachine machine;
  CHECK(complaint(machine.load_project("model = \"x\"\n[redact]\n")) == refused("2:2", "redact"));
  CHECK(complaint(machine.load_project("backends.x.kind = \"acp\"")) == refused("1:1", "backends"));
  CHECK(complaint(machine.load_project("redact.literals = []")) == refused("1:1", "redact"));
  CHECK(complaint(machine.load_project("\nmodell = \"x\"")) ==
        refused("2:1", "modell") + "; did you mean \"model\"?");
  CHECK(complaint(machine.load_project("\"\" = 1")) == refused("1:1", ""));
}

TEST_CASE("project: the first refused key counts, also when what is before it is good") {
  FakeMachine machine;
  CHECK(complaint(machine.load_project("model = \"x\"\nunstable = true\nlog_file = \"/x\"")) ==
        refused("2:1", "unstable"));
}

TEST_CASE("project: environment and flags go before it") {
  FakeMachine machine;
  machine.files[std::string(user_path)] =
      "model = \"user\"\n[backends.a]\nkind = \"rehearsal\"\n[backends.b]\nkind = \"rehearsal\"\n";
  machine.variables["TINE_MODEL"] = "env";
  machine.flags = {{"--backend", "a"}};
  const auto config = machine.load_project("default_backend = \"b\"\nmodel = \"theirs\"\n");
  REQUIRE(config);
  CHECK(config->settings.model == "env");
  CHECK(config->default_backend == "a");
  const auto& origins = config->origins[1];
  REQUIRE(origins.size() == 3);
  CHECK(origins[0].layer == Layer::user);
  CHECK(origins[1].layer == Layer::project);
  CHECK(origins[2].layer == Layer::environment);
}

TEST_CASE("project: a backend that the user has not is refused") {
  FakeMachine machine;
  CHECK(complaint(machine.load_project("\ndefault_backend = \"evil\"")) ==
        "/p/.tine.toml:2:1: default_backend: there is no backend \"evil\" (there are: rehearsal)");
}

TEST_CASE("project: a backend that the user has not offered is refused, also an installed one") {
  FakeMachine machine;
  machine.programs = {"/usr/bin/codex", "/usr/bin/claude"};
  machine.variables["PATH"] = "/usr/bin";
  // The one that is in force without the file changes nothing.
  CHECK(machine.load_project("default_backend = \"codex\"").value().default_backend == "codex");

  const auto installed = machine.load_project("default_backend = \"claude\"");
  CHECK(complaint(installed) ==
        "/p/.tine.toml:1:1: default_backend: a project's file may not choose \"claude\", as you "
        "have not offered it to projects");
  CHECK(installed.error().hint ==
        "To let projects choose it, add a table [backends.claude] with kind = \"claude\" and "
        "projects_may_choose = true to /home/me/.config/tine/config.toml; to use it here yourself, "
        "start tine with --backend claude.");

  machine.files[std::string(user_path)] =
      "default_backend = \"codex\"\n[backends.yolo]\nkind = \"codex\"\n";
  const auto configured = machine.load_project("default_backend = \"yolo\"");
  CHECK(complaint(configured).ends_with("as you have not offered it to projects"));
  CHECK(configured.error().hint ==
        "To let projects choose it, add projects_may_choose = true to [backends.yolo] in "
        "/home/me/.config/tine/config.toml; to use it here yourself, start tine with --backend "
        "yolo.");
  // What the user says at the start goes before the file, which then chooses nothing.
  machine.flags = {{"--backend", "yolo"}};
  CHECK(machine.load_project("default_backend = \"claude\"").value().default_backend == "yolo");
}

TEST_CASE("project: empty values and what looks like a flag are refused") {
  FakeMachine machine;
  for (const std::string_view key : {"default_backend", "model", "effort", "mode"}) {
    for (const std::string_view value : {"\"\"", "\"-x\"", "\"--yolo\""}) {
      std::string text(key);
      text.append("=").append(value);
      std::string expected = "/p/.tine.toml:1:" + std::to_string(key.size() + 2);
      expected.append(": ").append(key).append(": a project's file may not set it to this");
      CHECK(complaint(machine.load_project(text)) == expected);
    }
  }
}

TEST_CASE("project: wrong types, syntax errors and unreadable files are errors") {
  FakeMachine machine;
  CHECK(complaint(machine.load_project("model = 5")) ==
        "/p/.tine.toml:1:9: model: expected a string, found an integer");
  CHECK(complaint(machine.load_project("model")).starts_with("/p/.tine.toml:1:"));
  CHECK(complaint(machine.load_project("<unreadable>")) == "/p/.tine.toml: cannot be read");
}

TEST_CASE("project: only the session's own directory is looked at, and may have no file") {
  FakeMachine machine;
  machine.files["/.tine.toml"] = "model = \"root\"";
  machine.files["/p/.tine.toml"] = "model = \"above\"";
  const auto base = machine.load();
  REQUIRE(base);
  machine.asked.clear();
  const auto config = overlay_project(*base, "/p/sub", machine.read());
  REQUIRE(config);
  CHECK(machine.asked == std::vector<std::string>{"/p/sub/.tine.toml"});
  CHECK(config->settings.model.empty());
  CHECK(config->project_file.empty());
  CHECK(overlay_project(*base, "/", machine.read()).value().settings.model == "root");
}

TEST_CASE("project: what one says does not reach the next") {
  FakeMachine machine;
  machine.files["/a/.tine.toml"] = "model = \"a\"\nmode = \"plan\"";
  const auto base = machine.load("mode = \"auto\"");
  REQUIRE(base);
  CHECK(overlay_project(*base, "/a", machine.read()).value().settings.model == "a");
  const auto other = overlay_project(*base, "/b", machine.read());
  REQUIRE(other);
  CHECK(other->settings.model.empty());
  CHECK(other->settings.mode == "auto");
}

TEST_CASE("project: a mode can only be narrowed") {
  constexpr std::array<std::string_view, 3> modes = {"read-only", "auto", "full"};
  FakeMachine machine;
  const auto check = [&](std::string_view wanted, std::string_view otherwise) {
    std::string text = "\nmode = \"";
    const auto config = machine.load_project(text.append(wanted).append("\""));
    REQUIRE(config);
    const auto done = check_project_mode(*config, otherwise, modes);
    return done ? std::string("good") : done.error().message;
  };
  CHECK(check("read-only", "full") == "good");
  CHECK(check("auto", "full") == "good");
  CHECK(check("auto", "auto") == "good");
  CHECK(check("full", "auto") ==
        "/p/.tine.toml:2:1: mode: a project's file may only choose a narrower mode than \"auto\"");
  CHECK(check("auto", "read-only") != "good");
  CHECK(check("nope", "full") == "/p/.tine.toml:2:1: mode: the backend has no mode \"nope\"");
  CHECK(check("auto", "unknown") != "good");
  CHECK(check("read-only", "unknown") == "good");
  CHECK(check("read-only", "") == "good");
}

TEST_CASE("project: a mode of the user is not held against the project's scale") {
  constexpr std::array<std::string_view, 2> modes = {"read-only", "full"};
  FakeMachine machine;
  const auto config = machine.load("mode = \"full\"");
  REQUIRE(config);
  CHECK(check_project_mode(*config, "read-only", modes).has_value());
  machine.variables["TINE_MODE"] = "full";
  const auto overlaid = machine.load_project("mode = \"read-only\"");
  REQUIRE(overlaid);
  CHECK(overlaid->settings.mode == "full");
  CHECK(check_project_mode(*overlaid, "read-only", modes).has_value());
}

TEST_CASE("project: the mode without it is known") {
  FakeMachine machine;
  machine.files[std::string(user_path)] =
      "mode = \"auto\"\n[backends.a]\nkind = \"claude\"\npermission_mode = \"acceptEdits\"\n"
      "[backends.b]\nkind = \"codex\"\n";
  const auto config = machine.load_project("mode = \"plan\"");
  REQUIRE(config);
  const SessionDefaults a = session_defaults(*config, *config->find_backend("a"));
  CHECK(a.mode == "plan");
  CHECK(a.mode_otherwise == "acceptEdits");
  const SessionDefaults b = session_defaults(*config, *config->find_backend("b"));
  CHECK(b.mode == "plan");
  CHECK(b.mode_otherwise == "auto");
}

}  // namespace tine::cli
