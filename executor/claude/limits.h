#pragma once
// The limits of Claude Code as a backend, each with the rule at its edge.

#include <cstddef>

namespace tine::executor::claude::limits {

/// Bytes of what a tool gave back in its own form. More of it is left out: its text is shown.
inline constexpr std::size_t raw_output = std::size_t{64} * 1024;

/// Bytes of stderr in an error's text: the last ones.
inline constexpr std::size_t told_stderr = 500;

}  // namespace tine::executor::claude::limits
