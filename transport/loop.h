#pragma once
// The one loop that runs everything, and the few coroutine types that the rest of the program sees.
//
// Threading: one thread calls run(); every object that takes a Loop& lives on that thread. A
// coroutine runs from one co_await to the next without interruption, so no state shared on the loop
// needs a lock. The Loop outlives all that was made with it. Making one sets SIGPIPE to be ignored:
// that a reader has left is told by the write that fails.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "transport/descriptors.h"

namespace tine::transport {

template <class T>
using Task = boost::asio::awaitable<T>;

using Milliseconds = std::chrono::milliseconds;

class Worker;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Starts a coroutine of its own. Called from within run() it runs at once up to its first
  /// suspension, else when run() is called. An exception that leaves it ends only it: whoever waits
  /// for it must own something that its end releases.
  void spawn(Task<void> task);
  /// Runs `work` after the current handler, in the order of the calls. It must not throw. The one
  /// call that another thread may make.
  void post(std::function<void()> work);
  /// Runs until there is nothing left to do or stop() was called. A handler that runs out of memory
  /// ends; the others go on.
  void run();
  /// Runs what is ready without waiting. For tests.
  void run_ready();
  void stop() { context_.stop(); }
  /// Destroys every coroutine that has not ended, and whatever else waits. What they refer to must
  /// still be there, so it comes before the destruction of other objects. Nothing runs afterwards.
  void abandon() { context_.shutdown(); }

  /// The thread for what takes long to compute and touches nothing that lives on the loop: a long
  /// message is taken apart and put together there. What can block has a worker of its own, so that
  /// no message waits for a disk.
  Worker& long_work() { return *long_work_; }
  /// The most bytes that were handled between two handlers: see base/handled.h.
  std::uint64_t longest_run() const { return longest_run_; }
  /// Called with a run that was longer than limits::longest_run, and than all before it.
  void on_long_run(std::function<void(std::uint64_t bytes)> callback) {
    on_long_run_ = std::move(callback);
  }
  /// What this process may have open.
  DescriptorBudget& descriptors() { return descriptors_; }

 private:
  /// One that lets go of what waits before it is destroyed.
  class Context : public boost::asio::io_context {
   public:
    using boost::asio::io_context::io_context;
    using boost::asio::io_context::shutdown;
  };

  void measure(std::uint64_t bytes);

  Context context_;
  std::uint64_t longest_run_ = 0;
  std::function<void(std::uint64_t bytes)> on_long_run_;
  DescriptorBudget descriptors_;
  std::unique_ptr<Worker> long_work_;
};

/// Lets other handlers run before the caller goes on: what a long piece of work does between its
/// slices.
Task<void> yield(Loop& loop);
/// When `time` from now is over; what is longer than limits::longest_wait counts as that.
std::chrono::steady_clock::time_point deadline_in(Milliseconds time);
/// Waits.
Task<void> pause(Loop& loop, Milliseconds time);

}  // namespace tine::transport
