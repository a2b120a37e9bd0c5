#pragma once
// The sessions whose transcripts hold a session's history: itself and its ancestors. The one way up
// from fork to parent: it ends at limits::fork_depth, and where sessions name each other as
// parents.
//
// Plain functions on the loop's thread.

#include <memory>
#include <set>
#include <string>

#include "session/record/history.h"
#include "session/store/reader.h"
#include "session/store/store.h"

namespace tine::session {

/// Which session another was forked from.
struct Link {
  store::IndexEntry entry;
  std::string parent;  ///< empty: it is no fork
  std::uint64_t fork_seq = 0;
  History::Past past = History::Past::shared;
};

/// How the session's conversation knows what was before the fork that it is.
History::Past past_of(const store::State& state);

/// From the state, or else from the transcript's first line, which says the same.
Result<Link> link_of(store::Store& store, const store::IndexEntry& entry);

/// Goes up, link by link, and guards the way.
class Lineage {
 public:
  explicit Lineage(store::Store& store) : store_(store) {}

  /// The next link, of the session `id`.
  Result<Link> climb(const std::string& id);
  /// Whether the way goes on to the session `id`: what climb() asks first.
  Result<void> enter(const std::string& id);
  /// What climb() gives then.
  Result<Link> link(const std::string& id);

 private:
  store::Store& store_;
  std::set<std::string> seen_;
};

/// A history that knows its parents but no ends of turns, for readers that begin at its beginning.
/// Damage::skip: it begins behind an ancestor that is not in the store any more.
Result<std::shared_ptr<const History>> history_from(store::Store& store,
                                                    const store::IndexEntry& entry,
                                                    store::Damage damage);

}  // namespace tine::session
