#pragma once
// A session that other processes work in, as this one sees it in the store.
//
// On the loop's thread; the world outlives it.

#include <memory>
#include <string>

#include "cli/world.h"
#include "session/record/record.h"
#include "session/store/lock.h"

namespace tine::cli {

class Watched {
 public:
  /// By its id, or the beginning of one.
  static transport::Task<Result<Watched>> open(World& world, std::string id);

  const std::string& id() const { return record_->id(); }
  const session::store::State& state() const { return record_->state(); }
  /// Reads what was written since.
  transport::Task<Result<void>> look();
  /// Whether a turn has begun and not ended.
  bool turn_open() const { return record_->turn_open(); }
  /// Whether some process has it open.
  bool is_held() const { return session::store::Lock::is_held(*folder_); }
  const session::store::Folder& folder() const { return *folder_; }

 private:
  Watched(std::shared_ptr<session::Record> record, std::shared_ptr<session::store::Folder> folder)
      : record_(std::move(record)), folder_(std::move(folder)) {}

  std::shared_ptr<session::Record> record_;
  std::shared_ptr<session::store::Folder> folder_;
};

}  // namespace tine::cli
