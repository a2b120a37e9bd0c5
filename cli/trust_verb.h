#pragma once
// `tine trust list`, `add DIR` and `remove DIR`: the folders whose own configuration may start
// programs.
//
// A plain function that reads and writes files before the loop runs.

#include "cli/arguments.h"
#include "cli/world.h"

namespace tine::cli {

int trust_verb(const World& world, const TrustArguments& arguments);

}  // namespace tine::cli
