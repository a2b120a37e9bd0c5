#pragma once
// A place in a TOML text.
//
// A value; no threads.

#include <compare>

namespace tine::toml {

/// Counted from 1; zero when there is none.
struct Position {
  unsigned line = 0;
  unsigned column = 0;

  auto operator<=>(const Position&) const = default;
};

}  // namespace tine::toml
