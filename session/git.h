#pragma once
// In which state of its git repository a directory is: what a session notes down about where a turn
// began.
//
// The repository is not trusted, as it is what the agent works on: its configuration, its
// attributes and its submodules are kept from starting anything, and nothing is fetched or written.
// (Who can change its configuration while git runs could start things by themselves.) Plain
// functions on the loop's thread; git runs beside it.

#include <optional>
#include <string>

#include "base/env.h"
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

}  // namespace tine::session
