#pragma once
// Takes from a hidden session all that its forks do not need: what came after the last point at
// which one begins, what was set aside, and what was too large to send. The forks are not touched.
//
// A plain function on the loop's thread; it takes the session's lock.

#include "session/record/archive.h"
#include "session/store/lock.h"
#include "session/store/store.h"
#include "transport/loop.h"

namespace tine::session {

/// `held`: the caller has the session's lock.
transport::Task<Result<void>> purge(transport::Loop& loop, store::Store& store, Archive& archive,
                                    store::IndexEntry entry, const store::Lock& held);

}  // namespace tine::session
