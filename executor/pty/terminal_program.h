#pragma once
// A program that runs in a terminal of ours. What it shows is kept, what its terminal is asked is
// answered.
//
// Owned by who started it, on the loop's thread. Destroying it hangs up and has its tree killed.

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "transport/guarded.h"

namespace tine::executor::pty {

class TerminalProgram {
 public:
  /// Sets the terminal of `spec`, and tells the program of its kind.
  static transport::Task<Result<std::unique_ptr<TerminalProgram>>> start(
      transport::Loop& loop, Log& log, transport::GuardedSpec spec);
  ~TerminalProgram();
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  /// As if it were typed. One that does not read is not waited for: what is too much is dropped.
  void type(const std::string& keys);
  /// What it shows, or showed last, as one line without blank ones.
  std::string shown() const;
  /// The processes of its tree that are alive.
  std::vector<pid_t> pids() const;

  /// False when `time` passes first.
  transport::Task<bool> ended_within(transport::Milliseconds time);
  /// Hangs up, and ends what does not heed that.
  transport::Task<transport::ExitReport> end(transport::KillLadder ladder);

 private:
  struct State;
  explicit TerminalProgram(std::shared_ptr<State> state);
  static transport::Task<void> read(std::shared_ptr<State> state);
  static transport::Task<void> write(std::shared_ptr<State> state);
  static transport::Task<void> wait(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the coroutines that serve it
};

}  // namespace tine::executor::pty
