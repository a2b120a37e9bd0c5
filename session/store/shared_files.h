#pragma once
// The system calls of the store for a folder that its owner shares with others, as the work tree of
// a repository: what is made there gets the rights that the user gives new files, and the folder
// itself is not reached through a link either.
//
// A plain function; what it gives is stateless, one for the whole process.

#include "session/store/files.h"

namespace tine::session::store {

/// The real ones. A root is named by its canonical path.
Files& shared_files();

}  // namespace tine::session::store
