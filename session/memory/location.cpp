#include "session/memory/location.h"

namespace tine::session {
namespace {

MemoryLocation& the_location() {
  static MemoryLocation location = MemoryLocation::store;
  return location;
}

}  // namespace

void keep_memory_in(MemoryLocation location) { the_location() = location; }
MemoryLocation memory_location() { return the_location(); }

}  // namespace tine::session
