#include "transport/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tine::transport {

void Loop::spawn(Task<void> task) {
  boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
}

void Loop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

Task<void> yield(Loop& loop) {
  co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable);
}

Task<void> pause(Loop& loop, Milliseconds time) {
  boost::asio::steady_timer timer(loop.executor(), time);
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace tine::transport
