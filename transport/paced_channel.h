#pragma once
// A channel that is not read from while it is held: how what cannot be passed on in time is left
// with the one who sends it.
//
// On the loop's thread. The pace is shared by the channel and by all who may hold it.

#include <cstddef>
#include <memory>

#include "transport/channel.h"
#include "transport/event.h"

namespace tine::transport {

class Pace {
 public:
  explicit Pace(Loop& loop) : free_(loop) { free_.set(); }

  void hold() {
    ++holders_;
    free_.reset();
  }
  void release() {
    if (--holders_ == 0) free_.set();
  }
  /// Suspends until nobody holds it any more, or until woken.
  Task<void> free() { return free_.wait(); }
  void wake() {
    free_.set();
    if (is_held()) free_.reset();
  }
  bool is_held() const { return holders_ > 0; }

 private:
  Event free_;
  std::size_t holders_ = 0;
};

std::unique_ptr<Channel> make_paced_channel(std::unique_ptr<Channel> channel,
                                            std::shared_ptr<Pace> pace);

}  // namespace tine::transport
