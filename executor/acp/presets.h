#pragma once
// The ACP agents that are known by name: how each is started, installed and logged in to, and how
// it counts what it has used. docs/backends.md has the same table, with the faults of each.
//
// Constants.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tine::executor::acp {

/// How an agent counts the tokens that it reports with an answer.
struct Counting {
  /// What a report covers.
  enum class Scope : std::uint8_t { turn, session } scope = Scope::turn;
  /// Where the input tokens stand to those that came from the cache. `unknown`: the total tells.
  enum class Cache : std::uint8_t { unknown, beside, inside } cache = Cache::unknown;

  bool operator==(const Counting&) const = default;
};

struct Preset {
  std::string_view name;     ///< of the backend: "opencode"
  std::string_view title;    ///< "OpenCode"
  std::string_view program;  ///< in PATH
  std::string_view argument;
  std::string_view install;  ///< the command, or where to look
  std::string_view login;    ///< what a person runs in a terminal; empty: nothing that is known
  std::string_view compact;  ///< the slash command that makes room; empty: none that is known
  std::string_view tested;   ///< the version that the tests run; empty: none
  std::optional<Counting> counting;  ///< none: nobody has looked
  bool forks_at_message = false;     ///< obeys `_meta.jetbrains.air.fork.messageId`

  std::vector<std::string> command() const;
};

std::span<const Preset> presets();
/// nullptr: there is none of that name.
const Preset* find_preset(std::string_view name);

}  // namespace tine::executor::acp
