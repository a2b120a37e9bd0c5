#pragma once
// The ways to make a fork, and which of them a person wants.
//
// Values and plain functions.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tine::session {

enum class Strategy : std::uint8_t {
  native,  ///< the provider branches the conversation
  pty,     ///< the backend's own program does, in a terminal
  soft,    ///< a new conversation begins with a summary of the transcript
};
inline constexpr std::array strategies = {Strategy::native, Strategy::pty, Strategy::soft};

/// What is said of a native fork that worked.
inline constexpr std::string_view branched = "the provider branched the conversation";
/// … and of one in a terminal.
inline constexpr std::string_view branched_in_terminal =
    "the backend's program branched the conversation in a terminal";

std::string_view name_of(Strategy strategy);
std::optional<Strategy> strategy_named(std::string_view name);

struct ForkPolicy {
  std::optional<Strategy> strategy;  ///< to be tried first; none: the plan decides
  bool soft_when_cold = false;       ///< … and is to be soft when the provider's cache has gone
  bool strict = false;               ///< nothing else is tried, nor what there is advice against
};

}  // namespace tine::session
