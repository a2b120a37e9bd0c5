#pragma once
// What Codex starts of the folder that a session works in, and whether its user has told Codex to
// trust the folder. Codex reads `.codex` in the working directory and in each directory above it,
// up to the one that holds `.git`. Of a folder that is not trusted it takes none of that.
//
// Values and plain functions. look() blocks: it runs on a worker's thread.

#include <string>
#include <vector>

#include "executor/folder.h"

namespace tine::executor::codex {

/// Where look() looks.
struct FolderPlaces {
  std::string cwd;
  std::string codex_home;  ///< with the user's config.toml
};

FolderFacts look(const FolderPlaces& places);

/// `projects` of a thread's configuration, which goes before what the user's says: JSON. Empty
/// where Codex decides alike by itself. A folder of which it is told nothing is not trusted, but
/// its AGENTS.md is read; of one that it is told not to trust that is left out, too. Blocks like
/// look().
std::string projects_config(const FolderPlaces& places, const FolderTrust& trust);

}  // namespace tine::executor::codex
