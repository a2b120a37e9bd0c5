#pragma once
// Finds in the store what a session's record needs to go on: its account, and the turns of the
// sessions that it was forked from. Reads little: the state, the ends of the turns, and what was
// written after the state. A state that is damaged is set aside and made anew from the transcript.
//
// One per process, on the loop's thread; the store and log outlive it.

#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "session/record/account.h"
#include "session/store/store.h"
#include "transport/loop.h"

namespace tine::session {

class Archive {
 public:
  Archive(transport::Loop& loop, Log& log, store::Store& store)
      : loop_(loop), log_(log), store_(store) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  transport::Task<Result<Account>> load(store::IndexEntry entry);
  /// From the transcript alone.
  transport::Task<Result<Account>> read_whole(store::IndexEntry entry);

 private:
  using Parent = std::shared_ptr<const History>;
  transport::Task<Result<Parent>> history_of(std::string id, std::string fork);
  transport::Task<Result<Parent>> parent_of(store::IndexEntry entry);
  transport::Task<Result<Account>> load_below(store::IndexEntry entry, Parent parent);
  transport::Task<Result<Account>> from_state(store::IndexEntry entry, store::State state,
                                              Parent parent);
  transport::Task<Result<Account>> from_transcript(store::IndexEntry entry, Parent parent);
  transport::Task<Result<Account>> rebuild(store::IndexEntry entry, Parent parent, Error why);

  transport::Loop& loop_;
  Log& log_;
  store::Store& store_;
  std::map<std::string, std::weak_ptr<const History>> histories_;  // of parents
};

}  // namespace tine::session
