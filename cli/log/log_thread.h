#pragma once
// Hands the messages of the log to a thread of its own, so that the loop never waits for a disk or
// for somebody to read stderr. What does not fit into its bounded queue is left out and counted.
//
// Lives on the loop's thread. The thread is made with the first message. The destructor waits a
// moment until all is written; a thread that hangs is left behind, and ends with the process.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.h"

namespace tine::cli {

class LogThread {
 public:
  struct Entry {
    Log::Level level = Log::Level::info;
    std::int64_t wall_ms = 0;
    std::string text;
  };
  /// Called on the thread, and destroyed there or here.
  using Write = std::function<void(const Entry& entry)>;

  explicit LogThread(Write write);
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

  /// Never waits.
  void take(Entry entry);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive this
};

/// "3 messages were left out: …"
std::string left_out(std::uint64_t count, std::string_view why);

}  // namespace tine::cli
