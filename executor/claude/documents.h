#pragma once
// Which documents Claude Code reads by itself: CLAUDE.md and its kin, their rules and imports, and
// its own notes on the project.
//
// Plain functions that read files: they run on a worker's thread.

#include <string>
#include <vector>

#include "executor/claude/folder.h"
#include "executor/claude/launch.h"
#include "executor/documents.h"
#include "executor/loading.h"

namespace tine::executor::claude {

/// What Claude Code may read of the folder in a session that has that trust.
Reads reads_with(const FolderPlaces& places, const FolderTrust& trust);

/// `environment`: what the program gets, NAME=value each.
Documents documents(const FolderPlaces& places, const std::vector<std::string>& environment,
                    const FolderTrust& trust, const Loading& loading);

}  // namespace tine::executor::claude
