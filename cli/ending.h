#pragma once
// Bounds the time that the program takes to end, whatever its backends, its client and its disk do.
//
// One per process, on the loop's thread; the loop and the log outlive it.

#include "base/log.h"
#include "transport/loop.h"

namespace tine::cli {

class Ending {
 public:
  Ending(transport::Loop& loop, Log& log) : loop_(loop), log_(log) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

  /// Starts the clock: the program is to end now. Further calls change nothing. When the time is
  /// over the loop is stopped.
  void begin();
  /// Whether the time was over before the program had ended.
  bool is_overdue() const { return overdue_; }

 private:
  transport::Task<void> count();

  transport::Loop& loop_;
  Log& log_;
  bool begun_ = false;
  bool overdue_ = false;
};

}  // namespace tine::cli
