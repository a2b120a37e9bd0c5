#pragma once
// Where the log is kept.
//
// Plain functions.

#include <string>

#include "base/env.h"
#include "base/log.h"
#include "cli/config/config.h"
#include "cli/config/settings.h"

namespace tine::cli {

/// The path of the log file; empty: the log goes to stderr alone.
std::string log_file(const Settings& settings, const Env& env);

/// The lowest level that goes to stderr. Where that is not a terminal, a client may show what it
/// holds as an error: news have the file, unless somebody has set a level, or there is no file.
Log::Level level_on_stderr(const Config& config, const std::string& log_file);

/// What to do about an internal error: the hint of its kind, with the name of the log file.
std::string internal_hint(const std::string& log_file);

}  // namespace tine::cli
