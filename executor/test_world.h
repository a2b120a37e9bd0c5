#pragma once
// A clock that stands still, chance that is none, and a log that is kept.
//
// For tests only.

#include <algorithm>
#include <string>

#include "base/env.h"
#include "base/log.h"

namespace tine::executor::test {

class TestWorld final : public Env {
 public:
  std::int64_t wall_ms() override { return 0; }
  void random(std::span<std::uint8_t> bytes) override {
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }

  std::string logged;
  Log log{*this, Log::Level::debug,
          [this](const Log::Message& message) { logged += message.text; }};
};

}  // namespace tine::executor::test
