#include "protocol/v1/in_flight.h"

#include <vector>

namespace tine::v1 {

InFlight::Ticket::Ticket(InFlight& home, transport::CancelSource cancel) : state_(home.state_) {
  state_->idle.reset();
  place_ = state_->open.insert(state_->open.end(), std::move(cancel));
}

InFlight::Ticket::~Ticket() {
  if (!state_) return;
  state_->open.erase(place_);
  if (state_->open.empty()) state_->idle.set();
}

void InFlight::cancel_all() {
  // A callback may end requests: the list is not walked while they run.
  std::vector<transport::CancelSource> sources(state_->open.begin(), state_->open.end());
  for (transport::CancelSource& source : sources) source.cancel();
}

transport::Task<void> InFlight::idle() {
  const auto state = state_;
  while (!state->open.empty()) co_await state->idle.wait();
}

transport::Task<bool> InFlight::idle_within(transport::Milliseconds time) {
  const auto state = state_;
  if (!state->open.empty()) co_await state->idle.wait_for(time);
  const bool done = state->open.empty();
  co_return done;
}

}  // namespace tine::v1
