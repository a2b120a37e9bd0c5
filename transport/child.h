#pragma once
// A child process with a pipe to each of its stdin, stdout and, when asked for, stderr.
//
// Owned by who started it, on the loop's thread; the program goes on without waiting for it.
// Destroying it kills the child. (Whole trees of processes are guarded.h's business.)

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "transport/channel.h"
#include "transport/fd.h"
#include "transport/loop.h"
#include "transport/spawn.h"

namespace tine::transport {

using ChildSpec = SpawnSpec;

class Child {
 public:
  /// A program that cannot be started is an error here, not an exit of the child.
  static Result<std::unique_ptr<Child>> start(Loop& loop, const ChildSpec& spec);
  /// Waits for so long, when too many files are open, until others have closed some.
  static Task<Result<std::unique_ptr<Child>>> start_within(Loop& loop, ChildSpec spec,
                                                           Milliseconds time);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return own_.pid(); }
  /// Its stdin and stdout. To be taken once.
  std::unique_ptr<Channel> take_channel() { return std::move(channel_); }
  /// Reads its stderr, unless that is ours.
  Fd take_stderr() { return std::move(stderr_); }

  void signal(int number) const;
  /// The status as waitpid has it.
  Task<int> exited();

 private:
  static Result<std::unique_ptr<Child>> start_with(Loop& loop, const ChildSpec& spec,
                                                   DescriptorBudget::Share share);
  Child(Loop& loop, Spawned spawned, DescriptorBudget::Share share);

  DescriptorBudget::Share share_;
  OwnChild own_;
  boost::process::v2::process process_;  // open until it has been waited for
  std::unique_ptr<Channel> channel_;
  Fd stderr_;
};

}  // namespace tine::transport
