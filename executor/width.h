#pragma once
// How much a backend does without asking, on one scale for all kinds: a project's file may not
// choose what is wider, and a fork is never wider than its parent.
//
// A value and a pure function.

#include <cstdint>
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

}  // namespace tine::executor
