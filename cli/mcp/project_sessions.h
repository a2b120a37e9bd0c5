#pragma once
// Finds the sessions that a tool may use: those of its own project.
//
// Plain functions.

#include <memory>
#include <string>

#include "cli/mcp/tool.h"
#include "session/store/index_entry.h"

namespace tine::cli {

/// The store's folder of the tool's project.
std::string folder_of(const ToolCall& call);

/// The one session of the project whose id begins so. Of a session of another project the error
/// tells no more than of one that there is not.
transport::Task<Result<session::store::IndexEntry>> session_of_project(
    std::shared_ptr<ToolCall> call, std::string named);

}  // namespace tine::cli
