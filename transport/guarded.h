#pragma once
// A program and all that descends from it, under a guardian: when it ends, when it is stopped, when
// this object or this whole process goes, however it goes, nothing of the tree is alive soon after.
// The one gap: when this process and the guardian are killed in the same instant, nobody is left to
// do it.
//
// Owned by who started it, on the loop's thread. Destroying it has the tree killed without waiting
// for it. What it says on stderr is drained all the time, and its end kept.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/channel.h"
#include "transport/loop.h"
#include "transport/pty/pty.h"

namespace tine::transport {

struct GuardedSpec {
  std::vector<std::string> command;      ///< the first is the program, looked for on its PATH
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  std::string cwd;                       ///< empty: ours
  /// The executable that becomes the guardian. The default is this process's own, as it was when it
  /// was started, whatever has become of the file since.
  std::string guardian = "/proc/self/exe";
  /// It runs in a terminal of this size, in place of pipes: its controlling one, with its stderr.
  std::optional<TerminalSize> terminal;
};

/// How a program ended: by a code or by a signal, or neither when nobody was left to see it.
struct ExitReport {
  std::optional<int> code;
  std::optional<int> signal;
  Milliseconds elapsed{0};  ///< since it was started
  std::string tail;         ///< the end of what it said on stderr (TextTail), secrets included

  /// "exit code 3 after 120 ms"
  std::string text() const;
};

/// How long a program that is to end has for each step.
struct KillLadder {
  Milliseconds after_input;  ///< once its input is closed
  Milliseconds after_term;   ///< once its group has been sent SIGTERM; then the tree is killed
};

class Guarded {
 public:
  /// Returns when the program runs; one that cannot be started is an error.
  static Task<Result<std::unique_ptr<Guarded>>> start(Loop& loop, GuardedSpec spec);
  ~Guarded();
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  pid_t guardian_pid() const;
  /// Its stdin and stdout. To be taken once.
  std::unique_ptr<Channel> take_channel();
  /// Of the terminal that it runs in.
  Result<void> resize(TerminalSize size) const;

  /// Returns when the whole tree has ended.
  Task<ExitReport> exited();
  /// Makes it end, step by step. Its channel should have been closed: that is the first of them.
  Task<ExitReport> stop(KillLadder ladder);

 private:
  struct State;
  explicit Guarded(std::shared_ptr<State> state);
  static Task<void> watch(std::shared_ptr<State> state);
  static Task<void> drain(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the coroutines that watch it
};

}  // namespace tine::transport
