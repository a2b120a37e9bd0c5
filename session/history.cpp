#include "session/history.h"

#include "base/json/view.h"
#include "session/limits.h"

namespace tine::session {
namespace {

/// Appends the text of `next` to `last` when both are chunks of one message that differ in nothing
/// else.
bool merge(v1::Update& last, const v1::Update& next) {
  if (last.text.none() || next.text.none() || last.kind != next.kind) return false;
  const std::string_view text(next.payload.data() + next.text.begin,
                              next.text.end - next.text.begin);
  if (last.payload.size() + text.size() > limits::merged_record) return false;
  const std::string_view a(last.payload);
  const std::string_view b(next.payload);
  if (a.substr(0, last.text.begin) != b.substr(0, next.text.begin) ||
      a.substr(last.text.end) != b.substr(next.text.end)) {
    return false;
  }
  last.payload.insert(last.text.end, text);
  last.text.end += text.size();
  return true;
}

}  // namespace

std::string_view message_id(const v1::Update& update) {
  switch (update.kind) {
    case v1::UpdateKind::user_message_chunk:
    case v1::UpdateKind::agent_message_chunk:
    case v1::UpdateKind::agent_thought_chunk:
      return json::View(update.payload).find("messageId").raw();
    default:
      return {};
  }
}

History::History(std::shared_ptr<const History> parent, std::uint64_t seq)
    : parent_(std::move(parent)), first_seq_(seq + 1) {
  const Record* end = parent_->at(seq);
  if (end != nullptr && end->turn_end) turns_ = end->turn_end->turn;
}

void History::add(const v1::Update& update, bool may_merge) {
  if (may_merge && !records_.empty() && merge(records_.back().update, update)) return;
  Record& record = records_.emplace_back();
  record.seq = first_seq_ + records_.size() - 1;
  record.update = update;
  record.update.session.clear();
}

std::uint64_t History::end_turn(TurnEnd end) {
  end.turn = ++turns_;
  Record& record = records_.emplace_back();
  record.seq = first_seq_ + records_.size() - 1;
  record.turn_end = std::move(end);
  return record.seq;
}

const Record* History::at(std::uint64_t seq) const {
  if (seq == 0) return nullptr;
  const History* where = this;
  while (seq < where->first_seq_) {
    where = where->parent_.get();
    if (where == nullptr) return nullptr;
  }
  const std::uint64_t index = seq - where->first_seq_;
  return index < where->records_.size() ? &where->records_[index] : nullptr;
}

bool History::is_turn_end(std::uint64_t seq) const {
  if (seq == 0) return true;
  const Record* record = at(seq);
  return record != nullptr && record->turn_end.has_value();
}

const Record* History::kept_turn_until(std::uint64_t seq) const {
  for (; seq > 0; --seq) {
    const Record* record = at(seq);
    if (record != nullptr && record->turn_end && !record->turn_end->provider_turn.empty())
      return record;
  }
  return nullptr;
}

const Record* History::last_kept_turn() const { return kept_turn_until(last_seq()); }

const Record* History::turn_numbered(std::uint64_t turn) const {
  for (std::uint64_t seq = last_seq(); seq > 0; --seq) {
    const Record* record = at(seq);
    if (record != nullptr && record->turn_end && record->turn_end->turn == turn) return record;
  }
  return nullptr;
}

const Record* History::turn_with_message(std::string_view id) const {
  const Record* end = nullptr;
  for (std::uint64_t seq = last_seq(); seq > 0; --seq) {
    const Record* record = at(seq);
    if (record == nullptr) continue;
    if (record->turn_end) {
      end = record;
    } else if (const auto raw = message_id(record->update);
               !raw.empty() && json::View(raw).equals(id)) {
      return end;
    }
  }
  return nullptr;
}

}  // namespace tine::session
