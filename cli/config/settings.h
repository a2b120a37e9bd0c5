#pragma once
// What can be configured, as plain values. The keys that set them stand in schema.h.
//
// Values; no threads.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/config/origin.h"
#include "executor/pty/own_recipe.h"

namespace tine::cli {

/// In the order in which they are looked for when none is configured; the last one is built in.
enum class BackendKind : std::uint8_t { codex, claude, acp, rehearsal };

std::string_view name_of(BackendKind kind);
std::optional<BackendKind> backend_kind_named(std::string_view name);

using Strings = std::vector<std::string>;

/// Names and values of environment variables, sorted by name. The values may be secrets.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// An object as JSON, to be handed on as it is. It may hold secrets. Empty when not set.
struct JsonObject {
  std::string text;

  bool operator==(const JsonObject&) const = default;
};

/// Initialised with the defaults.
struct Settings {
  std::string default_backend;
  std::string model;
  std::string effort;
  std::string mode;
  bool unstable = true;
  std::string durability = "interval";
  std::string history = "full";
  std::int64_t retention_days = 0;
  std::int64_t max_total_bytes = 0;
  std::int64_t max_session_bytes = 0;
  std::int64_t load_max_bytes = std::int64_t{8} * 1024 * 1024;
  std::int64_t max_depth = 5;
  std::int64_t limits_min_free_memory = 128'000'000;
  std::int64_t limits_max_turns = 0;
  std::int64_t limits_max_processes = 0;
  std::string trust = "ask";
  std::string log_file;
  std::string log_level = "info";
  std::string log_format = "text";
  std::int64_t log_files = 5;
  std::int64_t log_file_bytes = 5'000'000;
  std::string fork_strategy = "auto";
  std::string fork_cold = "native";
  bool fork_strict = false;
  std::int64_t fork_summary_tokens = 2000;
  std::int64_t session_fork_prefix_budget = 32'768;
  std::string fork_summary = "extract";
  std::string fork_seed = "off";
  std::int64_t fork_seed_hours = 24;
  bool session_caller_newest = false;
  Strings fallback;
  std::string failover = "ask";
  std::int64_t fork_stale_hours = 168;
  Strings permissions_allow;
  Strings permissions_ask;
  Strings permissions_deny;  ///< with those of a project's file behind the user's
  bool memory_keep = false;
  std::string memory_inject = "off";
  std::string memory_drift = "off";
  std::string memory_location = "store";
  bool memory_mcp = false;
  Strings redact_literals;
  Strings redact_prefixes;
};

/// A number that is not set.
inline constexpr std::int64_t kind_decides = -1;

/// One table [backends.NAME], or a backend that was found installed.
struct BackendConfig {
  std::string name;
  BackendKind kind = BackendKind::rehearsal;
  Origin origin;
  bool projects_may_choose = false;
  std::string preset;  ///< of an ACP agent; empty: that of its name, if there is one
  Strings command;     ///< empty: the kind's own, or the preset's
  Variables env;
  std::string model;
  std::string effort;
  std::string sandbox;
  std::string approval_policy;
  std::int64_t first_response_seconds = kind_decides;
  std::int64_t idle_seconds = kind_decides;
  JsonObject config;
  JsonObject pty;
  executor::pty::OwnRecipe recipe;  ///< what `pty` says
  std::string permission_mode;
  std::string rights;                       ///< one of executor::width_names; empty: not known
  std::int64_t max_retries = kind_decides;  ///< of a call of the model
  bool allow_bypass = false;
  bool documents = false;  ///< the first prompt of a session carries the project's
  Strings fallback;
};

}  // namespace tine::cli
