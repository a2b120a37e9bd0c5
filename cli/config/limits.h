#pragma once
// The limits of configuration files, besides those of TOML (base/toml/limits.h). A file beyond one
// of them is refused, with the place where it goes beyond.

#include <cstddef>

namespace tine::cli::limits {

/// The size of a file.
inline constexpr std::size_t max_config_file = std::size_t{256} * 1024;

/// Backends in the user's file.
inline constexpr std::size_t max_backends = 64;

/// The length of a backend's name.
inline constexpr std::size_t max_backend_name = 64;

/// How much of a name from a file is repeated in a message; more of it is cut.
inline constexpr std::size_t max_shown_name = 48;

}  // namespace tine::cli::limits
