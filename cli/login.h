#pragma once
// `--login NAME`: logs in to a backend with the backend's own program, in the terminal of the one
// who asks.
//
// A plain function; on success this process has become that program.

#include <string>

#include "base/error.h"
#include "cli/config/config.h"

namespace tine::cli {

/// Returns only when the program cannot be started.
Error log_in(const Config& config, const std::string& backend);

}  // namespace tine::cli
