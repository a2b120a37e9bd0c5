#pragma once
// Where the long memory of projects is, as the user has configured it (memory.location).
//
// Plain functions. Set once, by main, before there are sessions; read on the loop's thread.

#include <cstdint>

namespace tine::session {

enum class MemoryLocation : std::uint8_t {
  store,       ///< in the project's folder of the store
  repository,  ///< in .tine of the repository's main work tree, where there is a repository
};

void keep_memory_in(MemoryLocation location);
MemoryLocation memory_location();

}  // namespace tine::session
