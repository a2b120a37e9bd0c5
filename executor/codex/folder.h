#pragma once
// What Codex starts of the folder that a session works in, and whether its user has told Codex to
// trust the folder. Codex reads `.codex` in the working directory and in each directory above it,
// up to the one that holds `.git`. Of a folder that is not trusted it takes none of that.
//
// Values and plain functions. look() blocks: it runs on a worker's thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "executor/folder.h"

namespace tine::executor::codex {

/// Where look() looks.
struct FolderPlaces {
  std::string cwd;
  std::string codex_home;  ///< with the user's config.toml
};

/// Where the user's own files are, by the environment (NAME=value each) that Codex gets.
FolderPlaces places_of(const std::vector<std::string>& environment, std::string cwd);

FolderFacts look(const FolderPlaces& places);

/// `projects` of a thread's configuration, which goes before what the user's says: JSON. Empty
/// where Codex decides alike by itself. A folder of which it is told nothing is not trusted, but
/// its AGENTS.md is read; of one that it is told not to trust that is left out, too. Blocks like
/// look().
std::string projects_config(const FolderPlaces& places, const FolderTrust& trust);

/// What Codex makes of the folder in a session that has that trust. Blocks like look().
enum class Standing : std::uint8_t {
  trusted,    ///< its `.codex` counts
  undecided,  ///< nothing of that; its documents are read
  untrusted   ///< its documents are not read either
};
Standing standing_of(const FolderPlaces& places, const FolderTrust& trust);

/// The directory itself, then those above it, each as it is written.
std::vector<std::filesystem::path> with_parents(const std::filesystem::path& cwd);

}  // namespace tine::executor::codex
