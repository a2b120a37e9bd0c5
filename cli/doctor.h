#pragma once
// `tine doctor`: what backends there are and whether they work.

#include <string>
#include <vector>

#include "cli/home.h"
#include "cli/world.h"

namespace tine::cli {

/// Prints the report; gives the exit code: good when the default backend is usable.
transport::Task<int> doctor(World& world, HomeSource home, bool json);

/// Names what programs rely on and this environment lacks, and what follows: a sentence each.
std::vector<std::string> gaps_in(const Env& env, HomeSource home);

}  // namespace tine::cli
