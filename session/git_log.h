#pragma once
// The commits between two places of a git repository: what a turn has committed, or has taken
// away from its branch.
//
// A plain function on the loop's thread; git runs beside it, as git_program.h says.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "transport/loop.h"

namespace tine::session {

struct GitCommit {
  std::string name;
  std::int64_t time_ms = 0;  ///< when it was committed
  std::string subject;       ///< as git has it: any bytes but a newline
};

struct GitCommits {
  std::vector<GitCommit> added;  ///< the newest first
  std::size_t removed = 0;       ///< that can be reached from `before` and not from `after`
  bool more = false;             ///< there are others, beyond the limit
  bool lost = false;             ///< git does not know one of the two any more
};

/// Those that can be reached from `after` and not from `before`, which are full names of commits;
/// `before` may be empty: all. unsupported: `cwd` is in no repository that git trusts, or there is
/// no git.
transport::Task<Result<GitCommits>> git_commits(transport::Loop& loop, Env& env, std::string cwd,
                                                std::string before, std::string after);

/// The files that differ between the two, by their paths below the top of the work tree; of more
/// than limits::git_log_output bytes those that git names first.
transport::Task<Result<std::vector<std::string>>> git_changed(transport::Loop& loop, Env& env,
                                                              std::string cwd, std::string before,
                                                              std::string after);

}  // namespace tine::session
