#pragma once
// The limits of configuration files. A file beyond one of them is refused, with the place where it
// goes beyond.

#include <cstddef>

namespace tine::cli::limits {

/// The size of a file.
inline constexpr std::size_t max_config_file = std::size_t{256} * 1024;

/// Dots in one line of it. Each may open a table in a table, and the parser frees those by
/// recursion: without this bound a line could end the process.
inline constexpr std::size_t max_dots_in_line = 128;

/// Backends in the user's file.
inline constexpr std::size_t max_backends = 64;

/// The length of a backend's name.
inline constexpr std::size_t max_backend_name = 64;

/// How much of a name from a file is repeated in a message; more of it is cut.
inline constexpr std::size_t max_shown_name = 48;

}  // namespace tine::cli::limits
