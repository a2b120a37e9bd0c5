#include "session/record/history.h"

#include <algorithm>
#include <utility>

namespace tine::session {

template <class See>
const TurnMark* History::find_back(See see) const {
  std::uint64_t until = cursor();
  for (const History* where = this; where != nullptr; where = where->parent_.get()) {
    for (auto mark = where->own_.rbegin(); mark != where->own_.rend(); ++mark) {
      if (mark->seq <= until && see(*mark)) return &*mark;
    }
    until = std::min(until, where->fork_seq_);
  }
  return nullptr;
}

History::History(store::IndexEntry where, std::shared_ptr<const History> parent, std::uint64_t seq,
                 Past past)
    : where_(std::move(where)),
      parent_(std::move(parent)),
      fork_seq_(seq),
      first_retold_until_(past == Past::retold ? seq : parent_->retold_until_at(seq)),
      retold_until_(first_retold_until_) {
  const TurnMark* point =
      parent_->find_back([seq](const TurnMark& mark) { return mark.seq == seq; });
  if (point != nullptr) turns_ = point->turn;
}

std::uint64_t History::retold_until_at(std::uint64_t seq) const {
  const auto turn = std::find_if(own_.rbegin(), own_.rend(),
                                 [seq](const TurnMark& mark) { return mark.seq <= seq; });
  const std::uint64_t later = turn == own_.rend() ? 0 : turn->told_until;
  return std::min(std::max(first_retold_until_, later), seq);
}

bool History::is_to_be_retold() const {
  if (retold_until_ == 0) return false;
  const TurnMark* const last = last_kept_turn();
  return last == nullptr || last->seq <= retold_until_;
}

void History::add(TurnMark mark) {
  turns_ = mark.turn;
  own_.push_back(std::move(mark));
}

const TurnMark* History::kept_turn_until(std::uint64_t seq) const {
  return find_back(
      [seq](const TurnMark& mark) { return mark.seq <= seq && !mark.provider_turn.empty(); });
}

const TurnMark* History::turn_asked(std::string_view id) const {
  const auto found = std::find_if(own_.rbegin(), own_.rend(), [id](const TurnMark& mark) {
    return mark.asked && mark.asked->id == id;
  });
  return found == own_.rend() ? nullptr : &*found;
}

const TurnMark* History::turn_numbered(std::uint64_t turn) const {
  return find_back([turn](const TurnMark& mark) { return mark.turn == turn; });
}

const TurnMark* History::turn_that_holds(std::uint64_t seq) const {
  const TurnMark* holder = nullptr;
  find_back([&](const TurnMark& mark) {
    if (mark.seq < seq) return true;
    holder = &mark;
    return false;
  });
  return holder;
}

bool History::is_turn_end(std::uint64_t seq) const {
  if (seq == 0) return true;
  const TurnMark* last = find_back([seq](const TurnMark& mark) { return mark.seq <= seq; });
  return last != nullptr && last->seq == seq;
}

}  // namespace tine::session
