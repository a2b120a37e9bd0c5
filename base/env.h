#pragma once
// What the program knows of the world outside it: time, chance, the environment. Passed in, never
// reached for, so that tests and golden files are deterministic.
//
// One per process, made by main, outlives everything. Used from the loop's thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tine {

class Env {
 public:
  virtual ~Env() = default;
  /// Milliseconds since 1970, UTC.
  virtual std::int64_t wall_ms() = 0;
  virtual void random(std::span<std::uint8_t> bytes) = 0;
  /// A variable of the environment; none when it is not set.
  virtual std::optional<std::string> variable(std::string_view name) const = 0;
};

}  // namespace tine
