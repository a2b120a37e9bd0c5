#pragma once
// Completes the names of commands at the beginning of a prompt.
//
// A plain function.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tine::cli {

struct Completion {
  std::string added;               ///< what is to be put in behind the cursor
  std::vector<std::string> names;  ///< that begin so, when there are several: with the slash
};

/// `before` stands before the cursor, and `names` are those of commands, without their slash.
/// Nothing fits: both are empty.
Completion complete_command(std::string_view before, const std::vector<std::string>& names);

}  // namespace tine::cli
