#include "transport/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "transport/event.h"
#include "transport/limits.h"
#include "transport/loop.h"

namespace tine::transport {
namespace {

/// None when this process has never raised its limit.
std::optional<std::uint64_t>& given() {
  static std::optional<std::uint64_t> limit;
  return limit;
}

std::uint64_t own_limit() {
  rlimit now{};
  return ::getrlimit(RLIMIT_NOFILE, &now) == 0 ? now.rlim_cur : limits::descriptors_unknown;
}

}  // namespace

void raise_descriptor_limit() {
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0) return;
  const std::uint64_t before = now.rlim_cur;
  now.rlim_cur = now.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &now) == 0 && !given()) given() = before;
}

std::uint64_t given_descriptor_limit() { return given().value_or(own_limit()); }

void set_descriptor_limit(int pid, std::uint64_t soft) {
  rlimit now{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) != 0 || now.rlim_cur == soft) return;
  now.rlim_cur = std::min<rlim_t>(soft, now.rlim_max);
  ::prlimit(pid, RLIMIT_NOFILE, &now, nullptr);
}

struct DescriptorBudget::State {
  std::size_t limit = 0;
  std::size_t taken = 0;
  std::vector<std::shared_ptr<Event>> waiting;  // for shares that are given back
};

DescriptorBudget::DescriptorBudget(std::uint64_t limit) : state_(std::make_shared<State>()) {
  const std::uint64_t kept = std::min<std::uint64_t>(limits::descriptors_kept, limit / 2);
  state_->limit = static_cast<std::size_t>(limit - kept);
}

DescriptorBudget::DescriptorBudget() : DescriptorBudget(own_limit()) {}

Result<DescriptorBudget::Share> DescriptorBudget::take(std::size_t count) {
  if (count <= state_->limit - state_->taken) return Share(state_, count);
  return fail(Error(ErrorKind::queue_full,
                    "too many files would be open: " + std::to_string(state_->taken) + " of " +
                        std::to_string(state_->limit) + " are in use by sessions and programs")
                  .with_hint("Close some sessions, or allow more open files (ulimit -n), and try "
                             "again."));
}

Task<Result<DescriptorBudget::Share>> DescriptorBudget::take_within(Loop& loop, std::size_t count,
                                                                    Milliseconds time,
                                                                    CancelSource cancel) {
  const auto state = state_;
  const auto end = deadline_in(time);
  for (;;) {
    auto share = take(count);
    const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    if (share || left.count() <= 0 || cancel.cancelled()) co_return share;
    const auto changed = std::make_shared<Event>(loop);
    const auto subscription = cancel.on_cancel([changed] { changed->set(); });
    state->waiting.push_back(changed);
    co_await changed->wait_for(left);
    std::erase(state->waiting, changed);
  }
}

DescriptorBudget::Share::Share(std::shared_ptr<State> state, std::size_t count)
    : state_(std::move(state)), count_(count) {
  state_->taken += count_;
}

DescriptorBudget::Share& DescriptorBudget::Share::operator=(Share&& other) noexcept {
  if (this != &other) {
    give_back();
    state_ = std::move(other.state_);
    count_ = std::exchange(other.count_, 0);
  }
  return *this;
}

void DescriptorBudget::Share::give_back() {
  const auto state = std::exchange(state_, nullptr);
  if (!state) return;
  state->taken -= std::exchange(count_, 0);
  for (const auto& each : state->waiting) each->set();
}

}  // namespace tine::transport
