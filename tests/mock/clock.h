#pragma once
// The time by which a mock's cache forgets. It goes by itself, and is put forward by a POST to
// /mock/clock with the seconds as its body.
//
// A value of one server.

#include <chrono>

namespace tine::mock {

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Time now() const { return std::chrono::steady_clock::now() + ahead_; }
  void put_forward(std::chrono::seconds time) { ahead_ += time; }

 private:
  std::chrono::seconds ahead_{0};
};

}  // namespace tine::mock
