#pragma once
// How much a backend does without asking, on one scale for all kinds: a project's file may not
// choose what is wider, and a fork is never wider than its parent.
//
// A value and pure functions.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tine::executor {

/// From the narrowest to the widest.
enum class Width : std::uint8_t {
  nothing,   ///< changes nothing and runs nothing
  reads,     ///< asks before it changes or runs anything
  edits,     ///< edits files in the project without asking
  project,   ///< also runs commands, in a sandbox around the project
  judges,    ///< also runs commands without a sandbox, when it judges them to be safe
  anything,  ///< asks nothing
};

/// "edits files in the project without asking"
std::string_view describe(Width width);

/// The words by which a configuration names them, from the narrowest to the widest.
inline constexpr std::array<std::string_view, 6> width_names = {"nothing", "asks",   "edits",
                                                                "project", "judges", "anything"};
std::optional<Width> width_named(std::string_view name);

}  // namespace tine::executor
