#include "session/record/chain.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "session/record/account.h"
#include "session/store/recovery.h"

namespace tine::session {
namespace {

struct Link {
  store::IndexEntry entry;
  std::string parent;
  std::uint64_t fork_seq = 0;
};

/// From the state, or else from the transcript's first line, which says the same.
Result<Link> link_of(store::Store& store, const store::IndexEntry& entry) {
  if (const auto state = store.read_state(entry))
    return Link{.entry = entry, .parent = state->parent, .fork_seq = state->fork_seq};
  const auto folder = store.open(entry);
  if (!folder) return fail(folder.error());
  const auto file = folder->open_file(store::transcript_name, store::Files::Open::read);
  if (!file) return fail(file.error());
  std::string text;
  const auto header = store::line_at(*file, 0, text);
  if (!header) return fail(header.error());
  Account account;
  account.history = std::make_shared<History>(entry);
  account.take(*header, 0, 0);
  return Link{.entry = entry, .parent = account.state.parent, .fork_seq = account.state.fork_seq};
}

Failure missing(const std::string& parent) {
  return fail(ErrorKind::damaged, "a part of the history is missing: it was forked from " + parent +
                                      ", which is not in the store any more");
}

}  // namespace

Result<std::shared_ptr<const History>> chain_of(store::Store& store, const store::IndexEntry& entry,
                                                store::Damage damage) {
  std::vector<Link> links;
  auto link = link_of(store, entry);
  if (!link) return fail(std::move(link.error()));
  links.push_back(std::move(*link));
  while (!links.back().parent.empty()) {
    const std::string parent = links.back().parent;
    const bool circle = std::any_of(links.begin(), links.end(),
                                    [&](const Link& each) { return each.entry.id == parent; });
    if (circle) return fail(ErrorKind::damaged, "the sessions were forked from each other");
    const auto found = store.find_any(parent);
    auto above = found ? link_of(store, *found) : Result<Link>(fail(found.error()));
    if (!above && damage == store::Damage::skip) break;
    if (!above) return missing(parent);
    links.push_back(std::move(*above));
  }
  std::shared_ptr<const History> history;
  for (auto each = links.rbegin(); each != links.rend(); ++each) {
    history = history ? std::make_shared<const History>(each->entry, history, each->fork_seq)
                      : std::make_shared<const History>(each->entry);
  }
  return history;
}

}  // namespace tine::session
