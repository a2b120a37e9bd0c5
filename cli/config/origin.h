#pragma once
// Where a setting comes from.
//
// Values; no threads.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/toml/position.h"

namespace tine::cli {

using toml::Position;

/// From what is overridden by all others to what overrides all others.
enum class Layer : std::uint8_t { builtin, discovered, user, project, environment, flag };

std::string_view name_of(Layer layer);

struct Origin {
  Layer layer = Layer::builtin;
  std::string source;  ///< the file, the variable or the flag
  Position at;         ///< in the file

  /// "/home/me/.config/tine/config.toml:3:1", "TINE_MODEL", "--backend"
  std::string str() const;
};

/// A name or text from outside, fit for a message: in quotes, cut when long, without control
/// characters.
std::string shown(std::string_view name);

}  // namespace tine::cli
