#pragma once
// How much memory is free, and how much of it a tree of processes takes, as the kernel tells.
//
// Plain functions without state; any thread. They read files of the kernel's, some for each process
// and thread of a tree, so they are called beside the loop.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tine::executor {

/// Bytes that programs can still take before memory runs out: what the machine has available, or
/// what the control groups of this process leave of their limits, where that is less. None: the
/// kernel does not tell. `root` stands before the paths of the kernel's files.
std::optional<std::uint64_t> free_memory(const std::string& root = {});

/// What a tree of processes takes that is its own: neither files that could be read again nor what
/// is shared with others.
struct TreeMemory {
  std::uint64_t now = 0;
  /// The most at one time, as far as can be told now: never less than that.
  std::uint64_t peak = 0;
};
/// Of all that descends from a process, without itself; nothing where that is gone.
TreeMemory memory_below(pid_t pid);

}  // namespace tine::executor
