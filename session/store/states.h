#pragma once
// The states of several sessions. Reads some at a time: on a disk that does not have them in memory
// a read is mostly waiting.
//
// A plain function on a worker's thread; the threads that help it end before it does.

#include <vector>

#include "session/store/folder.h"
#include "session/store/index_entry.h"
#include "session/store/state.h"

namespace tine::session::store {

/// In the order of the entries.
std::vector<Result<State>> read_states(const Folder& root, const std::vector<IndexEntry>& entries);

}  // namespace tine::session::store
