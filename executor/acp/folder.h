#pragma once
// Whether a folder brings configuration of its own for agents. What an agent starts because of it
// is not known to tine, so all of it counts as starting something.
//
// A plain function. It blocks: it runs on a worker's thread.

#include <string>

#include "executor/folder.h"

namespace tine::executor::acp {

/// Looks into the folder and those above it, up to the root of its repository. The user's `home` is
/// the user's own.
FolderFacts look(const std::string& folder, const std::string& home);

}  // namespace tine::executor::acp
