#include "session/record/archive.h"

#include <utility>
#include <vector>

#include "session/record/data.h"
#include "session/store/reader.h"
#include "session/store/recovery.h"

namespace tine::session {
namespace {

constexpr const char* state_name = "state.toml";

Failure damaged(std::string what) { return fail(ErrorKind::damaged, std::move(what)); }

/// The ends of the turns, the first one first: each names the place of the one before.
Result<std::vector<TurnMark>> marks_until(const store::Folder& session, const store::State& state) {
  std::vector<TurnMark> marks;
  if (state.transcript_bytes == 0) return marks;
  const auto file = session.open_file(store::transcript_name, store::Files::Open::read);
  if (!file) return fail(file.error());
  const auto facts = file->facts();
  if (!facts) return fail(facts.error());
  if (facts->bytes < state.transcript_bytes)
    return damaged("the transcript is shorter than the state says");
  std::string text;
  for (std::int64_t at = state.last_turn_offset; at >= 0;) {
    const auto line = store::line_at(*file, at, text);
    if (!line) return fail(line.error());
    const auto mark = mark_of(*line, at, at + static_cast<std::int64_t>(text.size()) + 1);
    if (!mark) return damaged("no turn ends where the state says");
    marks.push_back(*mark);
    const std::int64_t before = line->data.find("previous").integer().value_or(-1);
    if (before >= at) return damaged("the ends of the turns are out of order");
    at = before;
  }
  return std::vector<TurnMark>(marks.rbegin(), marks.rend());
}

}  // namespace

transport::Task<Result<std::shared_ptr<const History>>> Archive::history_of(std::string id) {
  if (auto known = histories_[id].lock()) co_return known;
  const auto entry = store_.find_any(id);
  if (!entry) {
    co_return fail(Error(ErrorKind::damaged, "the session was forked from " + id +
                                                 ", which is not in the store any more"));
  }
  auto account = co_await load(*entry);
  if (!account) co_return fail(std::move(account.error()));
  const std::shared_ptr<const History> history = account->history;
  histories_[id] = history;
  co_return history;
}

transport::Task<Result<std::shared_ptr<History>>> Archive::begin_history(
    store::IndexEntry entry, const store::State& state) {
  if (state.parent.empty()) co_return std::make_shared<History>(std::move(entry));
  const std::uint64_t fork_seq = state.fork_seq;
  auto parent = co_await history_of(state.parent);
  if (!parent) co_return fail(std::move(parent.error()));
  co_return std::make_shared<History>(std::move(entry), std::move(*parent), fork_seq);
}

transport::Task<Result<Account>> Archive::load(store::IndexEntry entry) {
  auto state = store_.read_state(entry);
  if (state) co_return co_await from_state(entry, std::move(*state));
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  if (state.error().kind != ErrorKind::damaged && folder->has(state_name))
    co_return fail(std::move(state.error()));
  co_return co_await rebuild(entry, state.error());
}

transport::Task<Result<Account>> Archive::from_state(store::IndexEntry entry, store::State state) {
  const auto folder = store_.open(entry);
  if (!folder) co_return fail(folder.error());
  auto marks = marks_until(*folder, state);
  if (!marks) {
    // What a newer version has written is not for this one to mend.
    if (marks.error().kind == ErrorKind::unsupported) co_return fail(std::move(marks.error()));
    co_return co_await rebuild(entry, marks.error());
  }
  auto history = co_await begin_history(entry, state);
  if (!history) co_return fail(std::move(history.error()));
  // From the end of the last turn on: the state may have been saved within the one after it, and
  // does not say that it was open. To take a line again changes nothing.
  store::WritePoint from{.next_seq = state.fork_seq, .offset = 0, .first_seq = state.fork_seq};
  if (!marks->empty()) {
    from.next_seq = marks->back().seq + 1;
    from.offset = marks->back().end;
  }
  for (TurnMark& mark : *marks) (*history)->add(std::move(mark));

  Account account;
  account.state = std::move(state);
  account.history = std::move(*history);
  const store::SeeLine see = [&account](const store::Line& line, std::int64_t begin,
                                        std::int64_t end) { account.take(line, begin, end); };
  const auto read = co_await store::read_on(loop_, *folder, from, see);
  if (!read) co_return fail(read.error());
  co_return account;
}

transport::Task<Result<Account>> Archive::read_whole(store::IndexEntry entry) {
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
  auto history = co_await begin_history(entry, first.state);
  if (!history) co_return fail(std::move(history.error()));

  Account account;
  account.history = std::move(*history);
  account.state.prompted = false;
  account.state.fork_seq = first.state.fork_seq;
  const store::SeeLine see = [&account](const store::Line& line, std::int64_t begin,
                                        std::int64_t end) { account.take(line, begin, end); };
  const auto read = co_await store::read_on(loop_, *folder, account.end(), see);
  if (!read) co_return fail(read.error());
  co_return account;
}

transport::Task<Result<Account>> Archive::rebuild(store::IndexEntry entry, const Error& why) {
  const std::string reason = why.message;
  auto account = co_await read_whole(entry);
  if (!account) {
    if (account.error().kind == ErrorKind::unsupported) co_return account;
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
  if (auto saved = store_.write_state(account->state, false); !saved)
    log_.warning("it could not be saved: " + saved.error().message);
  co_return account;
}

}  // namespace tine::session
