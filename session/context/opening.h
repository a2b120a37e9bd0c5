#pragma once
// What the first prompt of a new session carries of its project: the documents that the backend
// does not read by itself, and what is remembered.
//
// Plain functions on the loop's thread; files are read beside it.

#include <string>

#include "session/backends.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

/// Whether there may be anything, by the configuration.
bool tells_of_project(const Policy& policy, const Backends& backends, const std::string& backend);

/// Without secrets; empty: there is nothing to tell. `cwd`: the session's folder. `loading`: which
/// documents are left out. `how`: how much of what is remembered.
transport::Task<std::string> opening_text(Library library, const Backends& backends,
                                          std::string backend, std::string cwd,
                                          executor::Loading loading, MemoryBrief how);

}  // namespace tine::session
