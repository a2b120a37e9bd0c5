#pragma once
// A store for one process, in a folder of its own beside the user's store: nothing of it is listed
// anywhere, and all of it goes with the process. What a process that was killed has left is removed
// by the next one that makes sessions.
//
// An owner; no threads.

#include <optional>
#include <string>

#include "base/result.h"
#include "transport/fd.h"

namespace tine::cli {

class EphemeralStore {
 public:
  /// `root`: of the user's store.
  static Result<EphemeralStore> make(const std::string& root);
  EphemeralStore(EphemeralStore&&) = default;
  EphemeralStore& operator=(EphemeralStore&&) = delete;
  ~EphemeralStore();

  const std::string& path() const { return path_; }

  /// Removes those whose processes have gone.
  static void sweep(const std::string& root);

 private:
  EphemeralStore(std::string path, transport::Fd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  transport::Fd lock_;  // held as long as the process lives
};

}  // namespace tine::cli
