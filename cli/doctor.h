#pragma once
// `tine doctor`: what backends there are and whether they work.

#include <string>

#include "cli/world.h"

namespace tine::cli {

/// Prints the report; gives the exit code: good when the default backend is usable.
transport::Task<int> doctor(World& world, bool json);

}  // namespace tine::cli
