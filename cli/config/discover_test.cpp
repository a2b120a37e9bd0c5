#include "cli/config/discover.h"

#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {
namespace {

std::vector<std::string> names(const Config& config) {
  std::vector<std::string> all;
  all.reserve(config.backends.size());
  for (const BackendConfig& backend : config.backends) all.push_back(backend.name);
  return all;
}

}  // namespace

TEST_CASE("discover: programs are looked for in PATH, in its order") {
  FakeMachine machine;
  machine.programs = {"/b/codex", "/c/codex", "bin/codex", "/codex", "codex"};
  const auto is_program = [&](const std::string& path) { return machine.programs.contains(path); };
  const auto find = [&](std::string path) {
    machine.variables["PATH"] = std::move(path);
    return find_program(machine, "codex", is_program);
  };
  CHECK(find("/a:/b:/c") == "/b/codex");
  CHECK(find("/c:/b") == "/c/codex");
  CHECK(find("/c/:/b") == "/c/codex");
  CHECK(find("/") == "/codex");
  CHECK(find("/a").empty());
  CHECK(find("").empty());
  CHECK(find("bin:.:::").empty());
  CHECK(find("bin:/b") == "/b/codex");
  machine.variables.erase("PATH");
  CHECK(find_program(machine, "codex", is_program).empty());
}

TEST_CASE("discover: what is installed is the default") {
  FakeMachine machine;
  machine.variables["PATH"] = "/usr/bin:/opt";
  machine.programs = {"/opt/claude"};
  auto config = machine.load();
  REQUIRE(config);
  CHECK(names(*config) == std::vector<std::string>{"claude", "rehearsal"});
  CHECK(config->default_backend == "claude");
  CHECK(config->default_reason == "it is installed: /opt/claude");
  CHECK(config->backends[0].command == Strings{"/opt/claude"});
  CHECK(config->backends[0].origin.layer == Layer::discovered);

  machine.programs.insert("/usr/bin/codex");
  config = machine.load();
  REQUIRE(config);
  CHECK(names(*config) == std::vector<std::string>{"codex", "claude", "rehearsal"});
  CHECK(config->default_backend == "codex");
}

TEST_CASE("discover: with nothing at all it is the rehearsal agent") {
  FakeMachine machine;
  const auto config = machine.load();
  REQUIRE(config);
  CHECK(config->default_backend == "rehearsal");
  CHECK(config->default_reason == "no other backend is configured or installed");
  CHECK(config->backends[0].origin.layer == Layer::builtin);
}

TEST_CASE("discover: a configured backend goes before what is installed, in the file's order") {
  FakeMachine machine;
  machine.variables["PATH"] = "/usr/bin";
  machine.programs = {"/usr/bin/codex"};
  const auto config = machine.load(
      "[backends.z]\nkind = \"claude\"\n[backends.y]\nkind = \"codex\"\n"
      "[backends.a]\nkind = \"codex\"\n");
  REQUIRE(config);
  CHECK(names(*config) == std::vector<std::string>{"z", "y", "a", "codex", "rehearsal"});
  CHECK(config->default_backend == "z");
  CHECK(config->default_reason == "it is the first backend in " + std::string(user_path));
}

TEST_CASE("discover: a table takes the place of what is installed under its name") {
  FakeMachine machine;
  machine.variables["PATH"] = "/usr/bin";
  machine.programs = {"/usr/bin/codex"};
  const auto config = machine.load("[backends.codex]\nkind = \"codex\"\nmodel = \"m\"\n");
  REQUIRE(config);
  CHECK(names(*config) == std::vector<std::string>{"codex", "rehearsal"});
  CHECK(config->backends[0].model == "m");
  CHECK(config->backends[0].command.empty());
}

}  // namespace tine::cli
