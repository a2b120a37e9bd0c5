#pragma once
// The documents of a project, for a new conversation of a backend that reads none by itself.
//
// Plain functions on the loop's thread; files are read beside it.

#include <string>

#include "session/backends.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

/// Whether a conversation of that backend is given them, by the configuration.
bool gives_documents(const Policy& policy, const Backends& backends, const std::string& backend);

/// Their text without secrets; empty: there are none. `cwd`: the session's folder. `loading`: which
/// are left out.
transport::Task<std::string> documents_for(Library library, std::string cwd,
                                           executor::Loading loading);

}  // namespace tine::session
