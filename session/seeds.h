#pragma once
// The sessions that a person has marked as seeds: new sessions on the same project, backend, model
// and commit may begin as forks of them.
//
//     STORE/seeds/<ULID>   {"marked":"<time>","project":"<path>","backend":"<name>"}
//
// A mark says where it holds, so that it can be told why a session that was deleted is none any
// more. Plain functions on the loop's thread; they read a few small files.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/store/store.h"

namespace tine::session {

struct SeedMark {
  std::string id;  ///< the session's
  std::string project;
  std::string backend;
  std::int64_t marked_ms = 0;
};

/// Also marks anew one that is marked already.
Result<void> mark_seed(store::Store& store, const SeedMark& mark);
/// False: it was not marked.
Result<bool> unmark_seed(store::Store& store, const std::string& id);
/// The one that was marked last first. What cannot be read is none.
Result<std::vector<SeedMark>> seed_marks(store::Store& store);

}  // namespace tine::session
