#pragma once
// Who descends from whom, as the kernel tells, and the end of whole trees of processes.
//
// Plain functions.

#include <sys/types.h>

#include <vector>

namespace tine::transport {

/// The children of a process; none when it is gone.
std::vector<pid_t> children_of(pid_t pid);

/// Kills these processes and all that descends from them. Each is stopped as it is found, so that
/// none has a child unseen. What was reparented meanwhile needs another call; waiting for them is
/// the caller's business.
void kill_trees(std::vector<pid_t> roots);

}  // namespace tine::transport
