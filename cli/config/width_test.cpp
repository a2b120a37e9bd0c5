#include "cli/config/width.h"

#include <string>
#include <string_view>
#include <vector>

#include "cli/backends.h"
#include "executor/claude/options.h"
#include "executor/codex/options.h"
#include "executor/rehearsal/rehearsal.h"
#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {
namespace {

struct Table {
  std::string kind;
  std::string keys;
  std::string mode = {};  ///< of all backends
};

/// What is said to a project that chooses a backend of those keys from a user whose default has
/// those of `preferred`.
std::string choose(const Table& preferred, const Table& chosen) {
  FakeMachine machine;
  std::string text = preferred.mode.empty() ? "" : "mode = \"" + preferred.mode + "\"\n";
  text += "[backends.mine]\nkind = \"" + preferred.kind + "\"\n" + preferred.keys;
  text += "\n[backends.theirs]\nprojects_may_choose = true\nkind = \"" + chosen.kind + "\"\n" +
          chosen.keys + "\n";
  machine.files[std::string(user_path)] = text;
  const auto config = machine.load_project("\ndefault_backend = \"theirs\"");
  if (config) return config->default_backend == "theirs" ? "good" : "not chosen";
  CHECK(config.error().kind == ErrorKind::config_invalid);
  constexpr std::string_view place =
      "/p/.tine.toml:2:1: default_backend: a project's file may not ";
  INFO(config.error().message);
  REQUIRE(config.error().message.starts_with(place));
  CHECK(config.error().hint.find("--backend theirs") != std::string::npos);
  return config.error().message.substr(place.size());
}

/// The scale has each of the modes, and they do not get narrower from one to the next.
void check_modes(BackendKind kind, const executor::Settings& settings, Width widest) {
  Width last = Width::nothing;
  for (const v1::Mode& mode : settings.modes.available) {
    INFO(name_of(kind) << " " << mode.id);
    const WidthRange width = width_of_mode(kind, mode.id);
    CHECK(width.least == width.most);
    CHECK(width.least >= last);
    last = width.least;
  }
  CHECK(last == widest);
  BackendConfig backend;
  backend.kind = kind;
  CHECK(width_at_start(backend, {}) == width_of_mode(kind, settings.modes.current));
}

const Table codex = {"codex", ""};
const Table claude = {"claude", ""};

}  // namespace

TEST_CASE("width: the scale knows every mode of every kind, narrowest first") {
  check_modes(BackendKind::codex, executor::codex::settings_for({}, {}), Width::anything);
  executor::claude::Defaults defaults;
  check_modes(BackendKind::claude, executor::claude::settings_for(defaults, {}), Width::judges);
  defaults.allow_bypass = true;
  check_modes(BackendKind::claude, executor::claude::settings_for(defaults, {}), Width::anything);
  transport::Loop loop;
  check_modes(BackendKind::rehearsal, executor::rehearsal::Rehearsal(loop, "r", {}).settings(),
              Width::nothing);
}

TEST_CASE("width: what a backend begins with") {
  BackendConfig backend;
  backend.kind = BackendKind::codex;
  CHECK(width_at_start(backend, "read-only") == WidthRange{Width::reads, Width::reads});
  CHECK(width_at_start(backend, "nope") == WidthRange{Width::nothing, Width::anything});
  backend.sandbox = "read-only";
  CHECK(width_at_start(backend, "full-access") == WidthRange{Width::reads, Width::reads});
  backend.sandbox = "danger-full-access";
  CHECK(width_at_start(backend, "read-only") == WidthRange{Width::anything, Width::anything});
  backend.approval_policy = "untrusted";
  CHECK(width_at_start(backend, {}) == WidthRange{Width::reads, Width::anything});
  backend = {};
  backend.kind = BackendKind::claude;
  backend.command = {"claude"};
  CHECK(width_at_start(backend, {}) == WidthRange{Width::reads, Width::reads});
  backend.command.emplace_back("--dangerously-skip-permissions");
  CHECK(width_at_start(backend, {}) == WidthRange{Width::nothing, Width::anything});
  backend = {};
  backend.kind = BackendKind::acp;
  backend.command = {"agent"};
  CHECK(width_at_start(backend, {}) == WidthRange{Width::nothing, Width::anything});
}

TEST_CASE("width: a project may choose what is not wider than the default") {
  CHECK(choose(codex, codex) == "good");
  CHECK(choose(codex, claude) == "good");
  CHECK(choose(claude, claude) == "good");
  CHECK(choose(codex, {"rehearsal", ""}) == "good");
  CHECK(choose(codex, {"codex", "sandbox = \"read-only\""}) == "good");
  CHECK(choose({"codex", "sandbox = \"danger-full-access\""}, codex) == "good");
  CHECK(choose({"claude", "permission_mode = \"acceptEdits\""}, claude) == "good");
  CHECK(choose({"claude", "allow_bypass = true"}, {"claude", "allow_bypass = true"}) == "good");
  CHECK(choose({"codex", "", "read-only"}, {"codex", "env = { CODEX_HOME = \"/w\" }"}) == "good");
}

TEST_CASE("width: a project may not choose what begins wider than the default") {
  CHECK(choose(codex, {"codex", "sandbox = \"danger-full-access\""}) ==
        "choose \"theirs\", which is wider than your default backend \"mine\": unless told "
        "otherwise it may do anything without asking, and \"mine\" works in the project without "
        "asking");
  const auto refused = [](const Table& preferred, const Table& chosen) {
    return choose(preferred, chosen).find("unless told otherwise") != std::string::npos;
  };
  CHECK(refused({"codex", "sandbox = \"read-only\""}, codex));
  CHECK(refused({"codex", "approval_policy = \"untrusted\""}, codex));
  CHECK(refused(codex, {"claude", "permission_mode = \"auto\""}));
  CHECK(refused(claude, {"claude", "permission_mode = \"acceptEdits\""}));
  CHECK(refused(codex,
                {"codex", "sandbox = \"danger-full-access\"\napproval_policy = \"untrusted\""}));
  CHECK(refused({"rehearsal", ""}, claude));
  CHECK(refused(codex, {"acp", "command = [\"agent\"]"}));
  // A mode that the other kind does not have.
  CHECK(refused({"codex", "", "read-only"}, claude));
  CHECK(refused({"claude", "", "acceptEdits"}, codex));
}

TEST_CASE("width: a project may not choose what can be made wider than the default") {
  const auto refused = [](const Table& preferred, const Table& chosen) {
    return choose(preferred, chosen).find("in its widest mode") != std::string::npos;
  };
  CHECK(refused(claude, {"claude", "allow_bypass = true"}));
  CHECK(refused(claude, {"codex", "sandbox = \"read-only\""}));
  CHECK_FALSE(refused({"claude", "allow_bypass = true"}, {"codex", "sandbox = \"read-only\""}));
}

TEST_CASE("width: flags and raw configuration may do anything, unless the default has the same") {
  const Table flags = {"codex",
                       "command = [\"/c\", \"-c\", \"sandbox_mode='danger-full-access'\"]"};
  const Table raw = {"codex", "config = { sandbox_mode = \"danger-full-access\" }"};
  CHECK(choose(codex, flags) != "good");
  CHECK(choose(codex, raw) != "good");
  CHECK(choose(flags, codex) != "good");
  CHECK(choose(raw, flags) != "good");
  CHECK(choose(flags, flags) == "good");
  CHECK(choose(raw, raw) == "good");
  CHECK(choose(codex, {"codex", "command = [\"/other/codex\"]"}) == "good");
  Table wider = raw;
  wider.keys += "\nsandbox = \"danger-full-access\"";
  CHECK(choose(raw, wider) != "good");
}

}  // namespace tine::cli
