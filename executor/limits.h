#pragma once
// The limits of what all backends share, each with the rule at its edge.

#include <cstddef>

namespace tine::executor::limits {

/// Digits of TINE_DEPTH. With more of them it is refused as depth_exceeded.
inline constexpr std::size_t depth_digits = 9;

/// Bytes of a tool call's title. The rest is cut off, at the end of a character.
inline constexpr std::size_t title = 200;

}  // namespace tine::executor::limits
