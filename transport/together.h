#pragma once
// Runs several tasks at the same time.
//
// A plain function, on the loop's thread.

#include <vector>

#include "transport/loop.h"

namespace tine::transport {

/// Starts all tasks and returns when the last one has ended. A task that ends with an exception has
/// ended; the others go on. The tasks also go on when the caller is destroyed.
Task<void> together(Loop& loop, std::vector<Task<void>> tasks);

}  // namespace tine::transport
