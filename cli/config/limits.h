#pragma once
// The limits of configuration files. A file beyond one of them is refused, with the place where it
// goes beyond.

#include <cstddef>

namespace tine::cli::limits {

/// The size of a file.
inline constexpr std::size_t max_config_file = std::size_t{256} * 1024;

/// Values in a file, tables included.
inline constexpr std::size_t max_toml_nodes = 2048;

/// Parts of a dotted key, and how deep arrays and inline tables nest.
inline constexpr std::size_t max_toml_depth = 16;

/// Backends in the user's file.
inline constexpr std::size_t max_backends = 64;

/// The length of a backend's name.
inline constexpr std::size_t max_backend_name = 64;

/// How much of a name from a file is repeated in a message; more of it is cut.
inline constexpr std::size_t max_shown_name = 48;

}  // namespace tine::cli::limits
