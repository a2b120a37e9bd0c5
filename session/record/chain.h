#pragma once
// The sessions whose transcripts hold a session's history: itself and its ancestors. Found by
// reading no more than who forked from whom, so also when the transcripts are damaged.
//
// A plain function on the loop's thread.

#include <memory>

#include "session/record/history.h"
#include "session/store/reader.h"
#include "session/store/store.h"

namespace tine::session {

/// A history that knows its parents but no ends of turns: for who reads it from its beginning.
/// Damage::skip: it begins behind an ancestor that is not in the store any more.
Result<std::shared_ptr<const History>> chain_of(store::Store& store, const store::IndexEntry& entry,
                                                store::Damage damage);

}  // namespace tine::session
