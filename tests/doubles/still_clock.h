#pragma once
// A world in which no time passes and chance always says zero.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/env.h"

namespace tine::test {

class StillClock : public Env {
 public:
  std::int64_t wall_ms() override { return now_ms; }
  void random(std::span<std::uint8_t> bytes) override {
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  }
  std::optional<std::string> variable(std::string_view /*name*/) const override {
    return std::nullopt;
  }

  std::int64_t now_ms = 1'770'000'000'000;
};

}  // namespace tine::test
