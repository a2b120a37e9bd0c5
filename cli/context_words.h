#pragma once
// `--context NAME=VALUE`: what a session's backend is to load by itself, in the words of the
// command line. docs/context.md is the page for users.
//
// Plain functions.

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "executor/loading.h"

namespace tine::cli {

void add_context_option(Options& options, std::vector<std::string>& words);

Result<executor::Loading> loading_in(const std::vector<std::string>& words);

}  // namespace tine::cli
