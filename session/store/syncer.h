#pragma once
// Brings written transcripts to the disk for good, a while after they were written, so that a loss
// of power costs no more than limits::sync_interval. Files are opened anew for it: none is held.
//
// One per process, on the loop's thread; store and worker outlive it.

#include <map>
#include <string>

#include "session/store/store.h"
#include "transport/event.h"
#include "transport/loop.h"
#include "transport/worker.h"

namespace tine::session::store {

class Syncer {
 public:
  Syncer(transport::Loop& loop, transport::Worker& worker, Store& store)
      : loop_(loop), worker_(worker), store_(store), hurry_(loop) {}
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  /// Some time soon.
  void later(const IndexEntry& entry);
  /// Now; waits for the disk, not on the loop's thread. `state_too`: what was saved of the
  /// session's state as well.
  transport::Task<Result<void>> now(const IndexEntry& entry, bool state_too);
  /// All that waits, at once: before the program ends.
  transport::Task<void> finish();

 private:
  transport::Task<void> run();
  transport::Task<void> sync_waiting();
  transport::Task<void> sync_together();

  transport::Loop& loop_;
  transport::Worker& worker_;
  Store& store_;
  transport::Event hurry_;
  std::map<std::string, IndexEntry> waiting_;
  bool running_ = false;
};

}  // namespace tine::session::store
