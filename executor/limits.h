#pragma once
// The limits of what all backends share, each with the rule at its edge.

#include <cstddef>

namespace tine::executor::limits {

/// Digits of TINE_DEPTH. With more of them it is refused as depth_exceeded.
inline constexpr std::size_t depth_digits = 9;

/// Bytes of a tool call's title. The rest is cut off, at the end of a character.
inline constexpr std::size_t title = 200;

/// Bytes of a file that is looked into to find out what a folder would start. A larger one is not
/// read: it counts as starting something.
inline constexpr std::size_t folder_file = std::size_t{1024} * 1024;

/// Files in a folder whose names are looked through for the same reason. More: likewise.
inline constexpr std::size_t folder_names = 1000;

}  // namespace tine::executor::limits
