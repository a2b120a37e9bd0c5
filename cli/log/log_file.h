#pragma once
// Where the log is kept.
//
// Plain functions.

#include <string>

#include "base/env.h"
#include "cli/config/settings.h"

namespace tine::cli {

/// The path of the log file; empty: the log goes to stderr alone.
std::string log_file(const Settings& settings, const Env& env);

/// What to do about an internal error: the hint of its kind, with the name of the log file.
std::string internal_hint(const std::string& log_file);

}  // namespace tine::cli
