#pragma once
// In which state of its git repository a directory is: what a session notes down about where a turn
// began; and notes at its commits, which are all that is ever written.
//
// The repository is not trusted, as it is what the agent works on: its configuration, its
// attributes and its submodules are kept from starting anything, and nothing is fetched.
// (Who can change its configuration while git runs could start things by themselves.) Plain
// functions on the loop's thread; git runs beside it.

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "transport/loop.h"

namespace tine::session {

struct GitSnapshot {
  std::string branch;  ///< empty when HEAD is detached, or when its name is not fit to be shown
  std::string commit;  ///< empty in a repository without commits
  bool dirty = false;  ///< something differs from the commit, or is untracked and not ignored
};

/// None when `cwd` is in no repository that git trusts, without git, and after
/// limits::git_deadline. Filters do not run, so a filtered file that was touched counts as changed.
transport::Task<std::optional<GitSnapshot>> git_snapshot(transport::Loop& loop, Env& env,
                                                         std::string cwd);

/// Adds a line to what refs/notes/tine says of the commit at HEAD, and gives that commit. Touches
/// neither the index nor the work tree.
transport::Task<Result<std::string>> add_git_note(transport::Loop& loop, Env& env, std::string cwd,
                                                  std::string line);

struct GitNote {
  std::string commit;
  std::string text;
};
/// What refs/notes/tine says, in no certain order; what is beyond limits::git_notes_output is left
/// out.
transport::Task<Result<std::vector<GitNote>>> git_notes(transport::Loop& loop, Env& env,
                                                        std::string cwd);

}  // namespace tine::session
