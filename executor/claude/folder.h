#pragma once
// What Claude Code would start of a folder's own configuration, found without running it, and
// whether the user has trusted the folder in Claude Code. docs/trust.md has the table.
//
// A plain function that reads files: it runs on a worker's thread.

#include <string>
#include <vector>

#include "executor/folder.h"

namespace tine::executor::claude {

struct FolderPlaces {
  std::string cwd;
  std::vector<std::string> additional;  ///< further directories of the session
  std::string settings;                 ///< the user's own folder of settings, ~/.claude
  std::string record;                   ///< the user's .claude.json, where trust is kept
  std::string home;
};

/// Where the user's own files are, by the environment (NAME=value each) that Claude Code gets.
FolderPlaces places_of(const std::vector<std::string>& environment, std::string cwd,
                       std::vector<std::string> additional);

FolderFacts look_at(const FolderPlaces& places);

/// Of a worktree of git, by its top: the folder of its repository. Empty: it is none.
std::string repository_of(const std::string& folder);

/// Whether CLAUDE.md and the rules of a folder, in folders of theirs too, are files of that folder.
/// A link could have the model be given any file of the user's.
bool has_own_texts(const std::string& folder);

}  // namespace tine::executor::claude
