#include "transport/event.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tine::transport {
namespace {

constexpr auto never = boost::asio::steady_timer::time_point::max();

}  // namespace

Event::Event(Loop& loop) : state_(std::make_shared<State>(loop.executor())), loop_(loop) {
  state_->timer.expires_at(never);
}

Event::~Event() { set(); }

void Event::set() {
  if (state_->set) return;
  state_->set = true;
  ++state_->times_set;
  state_->timer.cancel();
}

void Event::reset() { state_->set = false; }

Task<void> Event::wait() {
  const auto state = state_;
  const std::size_t before = state->times_set;
  while (!state->set && state->times_set == before) {
    boost::system::error_code ignored;
    co_await state->timer.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
}

Task<bool> Event::wait_for(Milliseconds time) {
  const auto state = state_;
  if (state->set) co_return true;
  // A timer of its own, so that waiters with different deadlines do not disturb each other: the
  // deadline wakes everybody, and those who were not set and not due wait on.
  const auto deadline = deadline_in(time);
  boost::asio::steady_timer timer(loop_.executor(), deadline);
  timer.async_wait([weak = std::weak_ptr<State>(state)](const boost::system::error_code& error) {
    if (error) return;
    if (const auto alive = weak.lock()) alive->timer.cancel();
  });
  const std::size_t before = state->times_set;
  while (!state->set && state->times_set == before && std::chrono::steady_clock::now() < deadline) {
    boost::system::error_code ignored;
    co_await state->timer.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  co_return state->set || state->times_set != before;
}

}  // namespace tine::transport
