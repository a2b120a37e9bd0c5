#pragma once
// What `tine memory` shows of a project's memory, for a person and as JSON.
//
// Plain functions.

#include <string>
#include <vector>

#include "session/memory/project_state.h"
#include "session/memory/session_memory.h"

namespace tine::cli {

/// The long memory; empty: nothing is remembered.
std::string project_text(const session::ProjectState& state);
/// The short memory of a session on a branch.
std::string session_text(const session::SessionMemory& memory);

}  // namespace tine::cli
