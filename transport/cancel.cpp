#include "transport/cancel.h"

#include <utility>

namespace tine::transport {

CancelSource::Subscription::Subscription(Subscription&& other) noexcept
    : state_(std::move(other.state_)), place_(other.place_) {
  other.state_.reset();
}

CancelSource::Subscription& CancelSource::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    drop();
    state_ = std::move(other.state_);
    place_ = other.place_;
    other.state_.reset();
  }
  return *this;
}

void CancelSource::Subscription::drop() {
  if (const auto state = state_.lock()) {
    // While cancel() walks the list every place in it must stay.
    if (state->cancelled) {
      *place_ = nullptr;
    } else {
      state->callbacks.erase(place_);
    }
  }
  state_.reset();
}

void CancelSource::cancel() {
  const auto state = state_;
  if (state->cancelled) return;
  state->cancelled = true;
  // A callback may end other subscriptions, its own included: they keep their places, emptied.
  for (auto& callback : state->callbacks) {
    if (const auto call = std::exchange(callback, nullptr)) call();
  }
}

CancelSource::Subscription CancelSource::on_cancel(std::function<void()> callback) {
  if (state_->cancelled) {
    callback();
    return {};
  }
  return {state_, state_->callbacks.insert(state_->callbacks.end(), std::move(callback))};
}

}  // namespace tine::transport
