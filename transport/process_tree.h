#pragma once
// Who descends from whom, as the kernel tells, and the end of whole trees of processes.
//
// Plain functions.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <vector>

namespace tine::transport {

/// The children of a process; none when it is gone.
std::vector<pid_t> children_of(pid_t pid);

/// Kills these processes and all that descends from them. Each is stopped as it is found, so that
/// none has a child unseen. What was reparented meanwhile needs another call; waiting for them is
/// the caller's business.
void kill_trees(std::vector<pid_t> roots);

/// What is done with the status of a child that has ended, as waitpid gives it.
using Reaped = std::function<void(pid_t pid, int status)>;

/// Takes the status of each child of this process that has ended. False when it has no child left.
/// Nothing else may wait for a child then.
bool reap_children(const Reaped& reaped);

/// Kills all that descends from this process and waits for its end, for so long at most. False when
/// something is still alive.
bool end_descendants(std::chrono::milliseconds patience, const Reaped& reaped);

}  // namespace tine::transport
