#pragma once
// The limits of Claude Code as a backend, each with the rule at its edge.

#include <cstddef>

namespace tine::executor::claude::limits {

/// Bytes of what a tool gave back in its own form. More of it is left out: its text is shown.
inline constexpr std::size_t raw_output = std::size_t{64} * 1024;

/// Bytes of stderr in an error's text: the last ones.
inline constexpr std::size_t told_stderr = 500;

/// Bytes of a line in a conversation's file. A longer one is passed over, as if it were not there:
/// images make long lines, yet what the CLI has sent fits.
inline constexpr std::size_t session_line = std::size_t{32} * 1024 * 1024;

/// Bytes of a conversation's file that are read at first, from its end: a turn of some calls.
inline constexpr std::size_t session_piece = std::size_t{64} * 1024;

}  // namespace tine::executor::claude::limits
