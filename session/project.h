#pragma once
// Where a session works: checks the paths that a request names, finds the one name of a project
// however it was spelled, and the form of a path that may be kept.
//
// Plain functions; they look at the file system.

#include <string>
#include <string_view>

#include "base/redact/redactor.h"
#include "base/result.h"
#include "protocol/v1/types/session.h"

namespace tine::session {

/// The path without links and dots; `path` itself when it does not exist.
std::string canonical(const std::string& path);

/// The path as it is kept: itself, unless there is a secret in it. Then each secret is replaced,
/// and a digest of the whole path stands at the end, so that no two paths are kept as the same and
/// every process keeps a path in the same way.
std::string kept_path(const std::string& path, Redactor& redactor);
/// Whether `kept` stands for `path`, whichever secrets this process knows.
bool stands_for(std::string_view kept, const std::string& path);

/// Refuses a workspace whose directories are not there.
Result<void> check(const v1::Workspace& workspace);

}  // namespace tine::session
