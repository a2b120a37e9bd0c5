#pragma once
// `--login NAME`: logs in to a backend with the backend's own program, in the terminal of the one
// who asks.
//
// A plain function; on success this process has become that program.

#include <string>

#include "base/result.h"
#include "cli/config/config.h"

namespace tine::cli {

/// `login` names a backend, or a login of an ACP agent: BACKEND:METHOD. `root`: the store's.
/// Returns only when the program cannot be started.
Error log_in(const Config& config, const Result<std::string>& root, const std::string& login);

}  // namespace tine::cli
