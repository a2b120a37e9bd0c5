#pragma once
// A clock that stands still, and a log that is kept.

#include <string>

#include "base/log.h"
#include "tests/doubles/still_clock.h"

namespace tine::test {

class StillWorld final : public StillClock {
 public:
  std::string logged;
  Log log{*this, Log::Level::debug,
          [this](const Log::Message& message) { logged += message.text; }};
};

}  // namespace tine::test
