#include "session/load_budget.h"

#include <algorithm>

#include "session/limits.h"

namespace tine::session {

void LoadBudget::see(std::uint64_t seq, const Weight& weight) {
  whole_ += weight.whole;
  if (!weight.call.empty()) follow(seq, weight);
  if (weight.ends_turn) open_calls_.clear();
  if (weight.removable == 0) return;
  kept_.push_back({.seq = seq, .bytes = weight.removable});
  kept_bytes_ += weight.removable;
  leave_room(most_);
}

/// Looks whether a record of a tool call says anew what an earlier one has said.
void LoadBudget::follow(std::uint64_t seq, const Weight& weight) {
  const auto open = open_calls_.find(weight.call);
  if (open != open_calls_.end()) {
    const Said before = open->second;
    if ((before.parts & ~weight.says) == 0) {
      drop(before.seq);
      open_calls_.erase(open);
    }
  }
  if (weight.ends_call) {
    open_calls_.erase(weight.call);
  } else if (weight.removes != 0) {
    if (open_calls_.size() == limits::open_tool_calls) open_calls_.clear();
    open_calls_[weight.call] = {.seq = seq, .parts = weight.removes};
  }
}

void LoadBudget::drop(std::uint64_t seq) {
  const std::size_t place = seq - first_;
  if (said_anew_.size() <= place) said_anew_.resize(place + 1);
  said_anew_[place] = true;
  const auto item = std::ranges::lower_bound(kept_, seq, {}, &Item::seq);
  if (item == kept_.end() || item->seq != seq) return;
  kept_bytes_ -= item->bytes;
  item->bytes = 0;
}

void LoadBudget::leave_room(std::uint64_t most) {
  while (kept_bytes_ > most) {
    kept_bytes_ -= kept_.front().bytes;
    cut_until_ = kept_.front().seq;
    kept_.pop_front();
  }
}

void LoadBudget::settle() {
  leave_room(most_ > whole_ ? most_ - whole_ : 0);
  kept_ = {};
  open_calls_ = {};
}

LoadBudget::Choice LoadBudget::choice(std::uint64_t seq) const {
  const std::uint64_t place = seq - first_;
  if (place < said_anew_.size() && said_anew_[place]) return Choice::said_anew;
  return seq <= cut_until_ ? Choice::marked : Choice::whole;
}

}  // namespace tine::session
