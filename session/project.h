#pragma once
// Where a session works: checks the paths that a request names, and finds the one name of a project
// however it was spelled.
//
// Plain functions; they look at the file system.

#include <string>

#include "base/result.h"
#include "protocol/v1/types/session.h"

namespace tine::session {

/// The path without links and dots; `path` itself when it does not exist.
std::string canonical(const std::string& path);

/// Refuses a workspace whose directories are not there.
Result<void> check(const v1::Workspace& workspace);

}  // namespace tine::session
