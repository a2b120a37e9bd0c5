#pragma once
// The line in which turns wait while as many run as may at a time, in this process: they go in the
// order in which they came. Tells them as well when it is a process of their backend that waits.
//
// One per process, on the loop's thread; outlives the sessions.

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "executor/admission.h"
#include "transport/cancel.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::session {

class TurnLine {
 public:
  /// `most`: turns at a time; 0: any number.
  TurnLine(transport::Loop& loop, executor::Admission& admission, std::size_t most)
      : loop_(loop), admission_(admission), most_(most) {}
  TurnLine(const TurnLine&) = delete;
  TurnLine& operator=(const TurnLine&) = delete;

  /// What a turn holds from its begin to its end.
  class Place {
   public:
    explicit Place(TurnLine& line) : line_(line) { ++line_.running_; }
    ~Place() {
      --line_.running_;
      line_.call_next();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    TurnLine& line_;
  };
  /// Returns when a turn may begin; without a place at the cancel. `on_wait` is called before it
  /// waits.
  transport::Task<std::unique_ptr<Place>> take(transport::CancelSource cancel,
                                               std::function<void()> on_wait);
  std::size_t most() const { return most_; }
  std::size_t waiting() const { return line_.size(); }

  executor::Admission& admission() { return admission_; }

 private:
  bool is_full() const { return most_ > 0 && running_ >= most_; }
  void call_next();

  transport::Loop& loop_;
  executor::Admission& admission_;
  std::size_t most_;
  std::size_t running_ = 0;
  std::list<std::shared_ptr<transport::Event>> line_;
};

}  // namespace tine::session
