#include "session/live/warm_first.h"

#include <algorithm>
#include <utility>

namespace tine::session {

void WarmFirst::note(const Past& past, std::int64_t wall_ms) {
  // Of many the ones that were read longest ago are forgotten.
  if (read_.size() >= limits::warm_pasts && !read_.contains(past)) {
    read_.erase(std::min_element(
        read_.begin(), read_.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; }));
  }
  std::int64_t& known = read_[past];
  known = std::max(known, wall_ms);
}

std::optional<std::int64_t> WarmFirst::last_read(const Past& past) const {
  const auto found = read_.find(past);
  return found == read_.end() ? std::nullopt : std::optional(found->second);
}

bool WarmFirst::is_warm(const Past& past, std::chrono::milliseconds lifetime) const {
  const auto read = last_read(past);
  return read && env_.wall_ms() - *read < lifetime.count();
}

WarmFirst::Lead::Lead(WarmFirst& all, Past past) : all_(all), past_(std::move(past)) {
  all_.leads_[past_] = this;
}

WarmFirst::Lead::~Lead() { wake(false); }

void WarmFirst::Lead::sign() { wake(true); }

void WarmFirst::Lead::wake(bool may_go) {
  if (std::exchange(is_over_, true)) return;
  all_.leads_.erase(past_);
  for (const auto& each : waiting_) {
    each->may_go = may_go;
    each->woken.set();
  }
}

transport::Task<std::shared_ptr<WarmFirst::Lead>> WarmFirst::turn(
    Past past, std::chrono::milliseconds lifetime, transport::CancelSource cancel,
    std::function<void()> on_wait) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + patience_;
  bool is_told = false;
  while (!cancel.cancelled() && !is_warm(past, lifetime)) {
    const auto ahead = leads_.find(past);
    if (ahead == leads_.end()) co_return std::make_shared<Lead>(*this, std::move(past));
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    const auto waiting = std::make_shared<Lead::Waiting>(loop_);
    ahead->second->waiting_.push_back(waiting);
    if (!std::exchange(is_told, true)) on_wait();
    const auto subscription = cancel.on_cancel([waiting] { waiting->woken.set(); });
    co_await waiting->woken.wait_for(left);
    if (waiting->may_go) break;
  }
  co_return nullptr;
}

}  // namespace tine::session
