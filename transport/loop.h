#pragma once
// The one loop that runs everything, and the few coroutine types that the rest of the program sees.
//
// Threading: one thread calls run(); every object that takes a Loop& lives on that thread. A
// coroutine runs from one co_await to the next without interruption, so no state shared on the loop
// needs a lock. The Loop outlives all that was made with it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace tine::transport {

template <class T>
using Task = boost::asio::awaitable<T>;

using Milliseconds = std::chrono::milliseconds;

class Loop {
 public:
  Loop() : context_(1) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Starts a coroutine of its own. On the loop's thread it runs at once up to its first
  /// suspension. An exception that leaves it ends only it: whoever waits for it must own something
  /// that its end releases.
  void spawn(Task<void> task);
  /// Runs `work` after the current handler, in the order of the calls.
  void post(std::function<void()> work);
  /// Runs until there is nothing left to do or stop() was called.
  void run() { context_.run(); }
  /// Runs what is ready without waiting. For tests.
  void run_ready() {
    context_.restart();
    context_.poll();
  }
  void stop() { context_.stop(); }

 private:
  boost::asio::io_context context_;
};

/// Lets other handlers run before the caller goes on: what a long piece of work does between its
/// slices.
Task<void> yield(Loop& loop);
/// Waits.
Task<void> pause(Loop& loop, Milliseconds time);

}  // namespace tine::transport
