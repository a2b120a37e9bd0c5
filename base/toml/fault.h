#pragma once
// What is wrong with a TOML text, in words for the person who wrote it.
//
// Pure functions.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/toml/position.h"

namespace tine::toml {

struct Fault {
  std::string what;
  Position at;
};

/// Returns the place of the byte at `offset`; columns count characters.
Position position_of(std::string_view text, std::size_t offset);

/// Explains what toml++ says of a text (`description`) at a place, and moves the place to where the
/// mistake begins.
Fault explain(std::string_view description, std::string_view text, Position at);

}  // namespace tine::toml
