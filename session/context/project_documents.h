#pragma once
// The documents of a project that tells agents how to work in it, for a backend that reads none by
// itself: which there are, and the text that the first prompt of a new session carries.
//
// Plain functions. The one that reads files blocks: it runs on a worker's thread.

#include <cstdint>
#include <string>

#include "executor/documents.h"
#include "executor/loading.h"

namespace tine::session {

/// From the top of the repository down to `cwd`, one of each folder: AGENTS.override.md, AGENTS.md,
/// CLAUDE.md or GEMINI.md, the first that is there; limits::documents_given bytes of them. Without
/// a repository that of `cwd` alone. A link that leads out of the project is not followed: the
/// repository must not have the model be given any file of the user's. `loading` says what is left
/// out.
executor::Documents project_documents(const std::string& cwd, const executor::Loading& loading);

/// Their text, each in quotes and by its path, in a frame that says what it is. Empty: there are
/// none.
std::string documents_text(const executor::Documents& documents, const std::string& cwd);

}  // namespace tine::session
