#include "transport/loop.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <new>

#include "base/handled.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::transport {

Loop::Loop() : context_(1), long_work_(std::make_unique<Worker>(*this)) {
  std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop() = default;

void Loop::spawn(Task<void> task) {
  boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
}

void Loop::run() {
  for (;;) {
    try {
      for (std::uint64_t before = bytes_handled(); context_.run_one() > 0;) {
        measure(bytes_handled() - before);
        before = bytes_handled();
      }
      return;
    } catch (const std::bad_alloc&) {
      // Only the handler that asked for the memory is over; run() goes on with the next one.
      continue;
    }
  }
}

void Loop::run_ready() {
  context_.restart();
  for (std::uint64_t before = bytes_handled(); context_.poll_one() > 0;) {
    measure(bytes_handled() - before);
    before = bytes_handled();
  }
}

void Loop::measure(std::uint64_t bytes) {
  if (bytes <= longest_run_) return;
  longest_run_ = bytes;
  if (bytes > limits::longest_run && on_long_run_) on_long_run_(bytes);
}

void Loop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

Task<void> yield(Loop& loop) {
  co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable);
}

std::chrono::steady_clock::time_point deadline_in(Milliseconds time) {
  return std::chrono::steady_clock::now() + std::min(time, limits::longest_wait);
}

Task<void> pause(Loop& loop, Milliseconds time) {
  boost::asio::steady_timer timer(loop.executor(), deadline_in(time));
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace tine::transport
