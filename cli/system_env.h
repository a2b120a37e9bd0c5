#pragma once
// The real world: the system's clock, its randomness, the environment of this process.
//
// One per process, made by main.

#include "base/env.h"

namespace tine::cli {

class SystemEnv final : public Env {
 public:
  std::int64_t wall_ms() override;
  void random(std::span<std::uint8_t> bytes) override;
  std::optional<std::string> variable(std::string_view name) const override;
};

}  // namespace tine::cli
