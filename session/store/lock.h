#pragma once
// The right to write to a session. Held by one process at a time, through flock: when the holder
// dies, however it dies, the kernel gives it back. What stands in the file only says who holds it,
// for a person.
//
// The lock file is never removed, not even to recover: two who did would both win. Move-only owner.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/ulid.h"
#include "session/store/folder.h"

namespace tine::session::store {

struct Holder {
  pid_t pid = 0;
  std::uint64_t start =
      0;  ///< of the process, in the kernel's clock ticks: a pid alone may be another's by now
  std::string host;
  std::string reason;
  std::string since;
};

/// This process as it would be named in a lock.
Holder this_process(Env& env, std::string reason);
/// Whether the process is still there: same host, same pid, same start.
bool is_alive(const Holder& holder);

/// Takes the lock file of that name, by which processes take turns with another file of the folder;
/// waits a little (limits::file_lock_tries). Blocks, so it is for a worker's thread.
Result<File> wait_for_lock(const Folder& folder, const std::string& name);

class Lock {
 public:
  /// Takes the lock in `session`, or says who has it (session_locked).
  static Result<Lock> take(const Folder& session, const Holder& me);
  /// Who is named in the lock file, if that process still runs. Whoever holds it may not be named
  /// yet, or cannot be where the disk is full.
  static std::optional<Holder> holder(const Folder& session);
  /// Whether somebody holds it at this moment, this process included. True when that cannot be
  /// found out. Neither disturbs others that ask nor whoever takes it.
  static bool is_held(const Folder& session);
  /// Whether it may be had in a moment: nobody holds it any more, or the process that is named has
  /// gone.
  static bool is_coming_free(const Folder& session);
  /// Whether another process may have the session open: it holds the lock, or was the last to hold
  /// it and still runs.
  static bool may_be_open_elsewhere(const Folder& session);

 private:
  explicit Lock(File file) : file_(std::move(file)) {}
  File file_;
};

}  // namespace tine::session::store
