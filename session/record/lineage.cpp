#include "session/record/lineage.h"

#include <utility>
#include <vector>

#include "session/fork/strategy.h"
#include "session/record/account.h"
#include "session/store/limits.h"
#include "session/store/recovery.h"

namespace tine::session {
namespace {

Link link_from(const store::IndexEntry& entry, const store::State& state) {
  return {
      .entry = entry, .parent = state.parent, .fork_seq = state.fork_seq, .past = past_of(state)};
}

}  // namespace

History::Past past_of(const store::State& state) {
  return state.fork_strategy == name_of(Strategy::soft) ? History::Past::retold
                                                        : History::Past::shared;
}

Result<Link> link_of(store::Store& store, const store::IndexEntry& entry) {
  const auto state = store.read_state(entry);
  if (state) return link_from(entry, *state);
  // What passes, such as too many open files, says nothing of the session.
  if (state.error().retryable) return fail(state.error());
  const auto folder = store.open(entry);
  if (!folder) return fail(folder.error());
  if (!folder->has(store::transcript_name)) {
    return fail(ErrorKind::damaged, "session " + entry.id + " has no transcript, and its state " +
                                        "cannot be read: " + state.error().message);
  }
  const auto file = folder->open_file(store::transcript_name, store::Files::Open::read);
  if (!file) return fail(file.error());
  std::string text;
  const auto header = store::line_at(*file, 0, text);
  if (!header) return fail(header.error());
  Account account;
  account.history = std::make_shared<History>(entry);
  account.take(*header, 0, 0);
  return link_from(entry, account.state);
}

Result<void> Lineage::enter(const std::string& id) {
  if (!seen_.insert(id).second)
    return fail(ErrorKind::damaged, "the sessions were forked from each other");
  if (seen_.size() > store::limits::fork_depth + 1) {
    return fail(ErrorKind::damaged, "the session has more than " +
                                        std::to_string(store::limits::fork_depth) + " ancestors");
  }
  return {};
}

Result<Link> Lineage::link(const std::string& id) {
  const auto entry = store_.find_any(id);
  if (entry) return link_of(store_, *entry);
  if (entry.error().kind != ErrorKind::session_not_found) return fail(entry.error());
  return fail(ErrorKind::damaged, "a part of the history is missing: it was forked from " + id +
                                      ", which is not in the store any more");
}

Result<Link> Lineage::climb(const std::string& id) {
  if (auto entered = enter(id); !entered) return fail(std::move(entered.error()));
  return link(id);
}

Result<std::shared_ptr<const History>> history_from(store::Store& store,
                                                    const store::IndexEntry& entry,
                                                    store::Damage damage) {
  Lineage lineage(store);
  std::vector<Link> links;
  for (std::string id = entry.id; !id.empty(); id = links.back().parent) {
    if (auto entered = lineage.enter(id); !entered) return fail(std::move(entered.error()));
    auto link = lineage.link(id);
    const bool is_lost = !link && link.error().kind == ErrorKind::damaged;
    if (is_lost && damage == store::Damage::skip && !links.empty()) break;
    if (!link) return fail(std::move(link.error()));
    links.push_back(std::move(*link));
  }
  std::shared_ptr<const History> history;
  for (auto each = links.rbegin(); each != links.rend(); ++each) {
    history =
        history ? std::make_shared<const History>(each->entry, history, each->fork_seq, each->past)
                : std::make_shared<const History>(each->entry);
  }
  return history;
}

}  // namespace tine::session
