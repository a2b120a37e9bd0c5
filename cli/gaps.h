#pragma once
// What programs rely on and this environment lacks.
//
// A plain function.

#include <string>
#include <vector>

#include "base/env.h"
#include "cli/home.h"

namespace tine::cli {

/// Names each gap, and what follows from it: a sentence each.
std::vector<std::string> gaps_in(const Env& env, HomeSource home);

}  // namespace tine::cli
