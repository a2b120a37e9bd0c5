#pragma once
// Which documents Codex reads by itself: one of its user's, and one in each directory from the root
// of the project down to the one that it works in, up to so many bytes of them.
//
// A plain function that reads files: it runs on a worker's thread.

#include <string>

#include "executor/codex/folder.h"
#include "executor/documents.h"
#include "executor/loading.h"

namespace tine::executor::codex {

/// `config` is what is configured for the backend, JSON: it goes before what Codex's own
/// configuration says.
Documents documents(const FolderPlaces& places, const std::string& config, const FolderTrust& trust,
                    const Loading& loading);

}  // namespace tine::executor::codex
