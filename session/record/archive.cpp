#include "session/record/archive.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "session/limits.h"
#include "session/record/data.h"
#include "session/record/lineage.h"
#include "session/store/reader.h"
#include "session/store/recovery.h"
#include "session/store/sessions.h"

namespace tine::session {
namespace {

using store::state_name;

Failure damaged(std::string what) { return fail(ErrorKind::damaged, std::move(what)); }

/// Whether nothing is damaged that this program could mend: a newer version has written it, or it
/// could not be read only now.
bool is_no_damage(const Error& error) {
  return error.kind == ErrorKind::unsupported || error.retryable;
}

/// The ends of the turns, the first one first: each names the place of the one before.
transport::Task<Result<std::vector<TurnMark>>> marks_until(transport::Loop& loop,
                                                           const store::Folder& session,
                                                           const store::State& state) {
  std::vector<TurnMark> marks;
  if (state.transcript_bytes == 0) co_return marks;
  const auto file = session.open_file(store::transcript_name, store::Files::Open::read);
  if (!file) co_return fail(file.error());
  const auto facts = file->facts();
  if (!facts) co_return fail(facts.error());
  if (facts->bytes < state.transcript_bytes)
    co_return damaged("the transcript is shorter than the state says");
  std::string text;
  for (std::int64_t at = state.last_turn_offset; at >= 0;) {
    if (marks.size() % limits::marks_slice == limits::marks_slice - 1)
      co_await transport::yield(loop);
    const auto line = store::line_at(*file, at, text);
    if (!line) co_return fail(line.error());
    auto mark = mark_of(*line, at, at + static_cast<std::int64_t>(text.size()) + 1);
    if (!mark) co_return damaged("no turn ends where the state says");
    marks.push_back(std::move(*mark));
    const std::int64_t before = line->data.find("previous").integer().value_or(-1);
    if (before >= at) co_return damaged("the ends of the turns are out of order");
    at = before;
  }
  std::reverse(marks.begin(), marks.end());
  co_return marks;
}

std::shared_ptr<History> history_below(store::IndexEntry entry,
                                       std::shared_ptr<const History> parent,
                                       const store::State& state) {
  if (!parent) return std::make_shared<History>(std::move(entry));
  return std::make_shared<History>(std::move(entry), std::move(parent), state.fork_seq,
                                   past_of(state));
}

}  // namespace

/// Of a session that `fork` was forked from. Ancestors are read one after the other, the first one
/// first, so that a long lineage holds no more open than a short one.
transport::Task<Result<Archive::Parent>> Archive::history_of(std::string id, std::string fork) {
  Lineage lineage(store_);
  // Meeting the fork again would be a circle.
  if (auto entered = lineage.enter(fork); !entered) co_return fail(std::move(entered.error()));
  std::vector<store::IndexEntry> unread;
  Parent known;
  while (!id.empty()) {
    const auto read = histories_.find(id);
    known = read == histories_.end() ? nullptr : read->second.lock();
    if (known) break;
    auto link = lineage.climb(id);
    if (!link) co_return fail(std::move(link.error()));
    unread.push_back(std::move(link->entry));
    id = std::move(link->parent);
    if (unread.size() % limits::marks_slice == 0) co_await transport::yield(loop_);
  }
  for (; !unread.empty(); unread.pop_back()) {
    auto account = co_await load_below(unread.back(), known);
    if (!account) co_return fail(std::move(account.error()));
    known = account->history;
    histories_[unread.back().id] = known;
  }
  co_return known;
}

transport::Task<Result<Archive::Parent>> Archive::parent_of(store::IndexEntry entry) {
  const auto link = link_of(store_, entry);
  // Damage is told by who reads it next; without the parent all else would be read as no fork's.
  if (!link && link.error().kind != ErrorKind::damaged) co_return fail(link.error());
  if (!link || link->parent.empty()) co_return Parent();
  co_return co_await history_of(link->parent, entry.id);
}

transport::Task<Result<Account>> Archive::load(store::IndexEntry entry) {
  auto parent = co_await parent_of(entry);
  if (!parent) co_return fail(std::move(parent.error()));
  co_return co_await load_below(std::move(entry), std::move(*parent));
}

transport::Task<Result<Account>> Archive::read_whole(store::IndexEntry entry) {
  auto parent = co_await parent_of(entry);
  if (!parent) co_return fail(std::move(parent.error()));
  co_return co_await from_transcript(std::move(entry), std::move(*parent));
}

transport::Task<Result<Account>> Archive::load_below(store::IndexEntry entry, Parent parent) {
  auto state = store_.read_state(entry);
  if (state) co_return co_await from_state(entry, std::move(*state), std::move(parent));
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  if (state.error().kind != ErrorKind::damaged && folder->has(state_name))
    co_return fail(std::move(state.error()));
  co_return co_await rebuild(entry, std::move(parent), std::move(state.error()));
}

transport::Task<Result<Account>> Archive::from_state(store::IndexEntry entry, store::State state,
                                                     Parent parent) {
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  auto marks = co_await marks_until(loop_, *folder, state);
  if (!marks) {
    if (is_no_damage(marks.error())) co_return fail(std::move(marks.error()));
    co_return co_await rebuild(entry, std::move(parent), std::move(marks.error()));
  }
  auto history = history_below(entry, std::move(parent), state);
  // From the end of the last turn on: the state may have been saved within the one after it, and
  // does not say that it was open. To take a line again changes nothing.
  store::WritePoint from{.next_seq = state.fork_seq, .offset = 0, .first_seq = state.fork_seq};
  if (!marks->empty()) {
    from.next_seq = marks->back().seq + 1;
    from.offset = marks->back().end;
  }
  for (TurnMark& mark : *marks) history->add(std::move(mark));
  if (state.told_until > 0) history->go_on_told(state.told_until);

  Account account;
  account.state = std::move(state);
  account.history = std::move(history);
  const store::SeeLine see = [&account](const store::Line& line, std::int64_t begin,
                                        std::int64_t end) { account.take(line, begin, end); };
  const auto read = co_await store::read_on(loop_, *folder, from, see);
  if (!read) co_return fail(read.error());
  co_return account;
}

transport::Task<Result<Account>> Archive::from_transcript(store::IndexEntry entry, Parent parent) {
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  if (!folder->has(store::transcript_name)) co_return damaged("there is none");
  const auto file = folder->open_file(store::transcript_name, store::Files::Open::read);
  if (!file) co_return fail(file.error());
  std::string text;
  const auto header = store::line_at(*file, 0, text);
  if (!header) co_return fail(header.error());
  Account first;
  first.history = std::make_shared<History>(entry);
  first.take(*header, 0, 0);
  if (first.state.id != entry.id) co_return damaged("the transcript is that of another session");

  Account account;
  account.history = history_below(entry, std::move(parent), first.state);
  account.state.prompted = false;
  account.state.fork_seq = first.state.fork_seq;
  const store::SeeLine see = [&account](const store::Line& line, std::int64_t begin,
                                        std::int64_t end) { account.take(line, begin, end); };
  const auto read = co_await store::read_on(loop_, *folder, account.end(), see);
  if (!read) co_return fail(read.error());
  co_return account;
}

transport::Task<Result<Account>> Archive::rebuild(store::IndexEntry entry, Parent parent,
                                                  Error why) {
  const std::string reason = why.message;
  auto account = co_await from_transcript(entry, std::move(parent));
  if (!account) {
    if (is_no_damage(account.error())) co_return account;
    co_return damaged("the state of session " + entry.id + " cannot be read: " + reason +
                      "; nor its transcript: " + account.error().message);
  }
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  std::string kept = "it was missing";
  if (folder->has(state_name)) {
    const std::string aside = std::string(state_name) + ".damaged";
    if (auto moved = folder->rename(state_name, aside); !moved) co_return fail(moved.error());
    kept = "the old one is kept as " + aside;
  }
  log_.warning("the state of session " + entry.id + " was made anew from its transcript (" +
               reason + "); " + kept);
  if (auto saved = store_.write_state(account->state); !saved)
    log_.warning("it could not be saved: " + saved.error().message);
  co_return account;
}

}  // namespace tine::session
