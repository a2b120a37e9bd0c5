#pragma once
// For tests: a world in which no time passes and chance always says zero.

#include "base/env.h"

namespace tine::session::store {

class StillClock final : public Env {
 public:
  std::int64_t wall_ms() override { return now_ms; }
  void random(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = 0;
  }
  std::optional<std::string> variable(std::string_view /*name*/) const override {
    return std::nullopt;
  }

  std::int64_t now_ms = 1'770'000'000'000;
};

}  // namespace tine::session::store
