#pragma once
// How a project's git repository has moved since the last turn of a session, in words: for the
// person, who may be asked how to go on, and for the agent, which still believes what it read
// before.
//
// Values and plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/git_head.h"
#include "session/git_log.h"
#include "session/store/state.h"

namespace tine::session {

/// How a session goes on then.
enum class DriftWay : std::uint8_t {
  none,          ///< nothing has moved
  fast_forward,  ///< in the same session, whose agent is told
  fork,          ///< in a fork that knows what the session knows, and is told
  rebuild        ///< in a soft fork that is told, and knows the project's memory of this branch
};
/// "fast-forward"; of `none` it is empty.
std::string_view name_of(DriftWay way);

struct Drift {
  GitHead before;  ///< where the last turn left the repository
  GitHead now;
  bool is_compared = false;        ///< whether git has compared the two commits
  GitCommits commits;              ///< that are new or gone, where it has
  std::vector<std::string> files;  ///< that the session has changed and that differ between the two
};

/// None: the repository stands where the last turn left it, or one of both places is not known.
std::optional<Drift> drift_between(const std::optional<store::GitState>& last,
                                   const std::optional<GitHead>& now);

/// The same file names in both: those that the session has changed, as a backend has named them
/// (absolute, or below `cwd`), and those that differ, as git names them (below `top`).
std::vector<std::string> in_both(const std::vector<std::string>& by_session,
                                 const std::vector<std::string>& by_git, const std::string& cwd,
                                 const std::string& top);

/// For the person, in sentences of one line each. Names that a repository chose are shown as they
/// are, without control characters.
std::vector<std::string> drift_lines(const Drift& drift);

/// For the agent: what its next prompt carries, in front of the person's words. In quotes, and of
/// limits::drift_text bytes at most.
std::string drift_text(const Drift& drift);

}  // namespace tine::session
