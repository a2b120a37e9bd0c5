#pragma once
// The limits of TOML texts. A text beyond one of them is refused, with the place where it goes
// beyond.

#include <cstddef>

namespace tine::toml::limits {

/// The size of a text. Whoever reads files of a kind may allow less.
inline constexpr std::size_t max_text = std::size_t{1} * 1024 * 1024;

/// Values in a text, tables included.
inline constexpr std::size_t max_nodes = 2048;

/// Parts of a dotted key, and how deep arrays and inline tables nest.
inline constexpr std::size_t max_depth = 16;

}  // namespace tine::toml::limits
