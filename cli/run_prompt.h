#pragma once
// `tine run`: one prompt, as an ACP client of this same program over a channel within the process.

#include "cli/arguments.h"
#include "cli/world.h"

namespace tine::cli {

/// Gives the exit code.
transport::Task<int> run_prompt(World& world, const Arguments& arguments,
                                transport::CancelSource shutdown);

}  // namespace tine::cli
