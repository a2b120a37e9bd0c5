#pragma once
// Something that coroutines can wait for: a flag that is set once and stays set until it is reset.
//
// Lives on the loop's thread. It may be destroyed while somebody waits: the waiter is then woken as
// by set().

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <optional>

#include "transport/loop.h"

namespace tine::transport {

class Event {
 public:
  explicit Event(Loop& loop);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set();
  void reset();
  bool is_set() const { return state_->set; }

  /// Returns at once when set.
  Task<void> wait();
  /// False when `time` passed first.
  Task<bool> wait_for(Milliseconds time);

 private:
  struct State {
    explicit State(const boost::asio::any_io_executor& ex) : timer(ex) {}
    boost::asio::steady_timer timer;
    bool set = false;
    std::size_t times_set =
        0;  // tells a waiter that it was woken even when reset() came right after
  };
  // Shared with the waiters, which outlive the event when it goes first.
  std::shared_ptr<State> state_;
  Loop& loop_;
};

}  // namespace tine::transport
