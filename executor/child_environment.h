#pragma once
// What tine tells the process of a backend about the session that it serves, in its environment:
// a tine that the backend starts finds out from it how deep it is, and under whom.
//
// Plain functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace tine::executor {

struct ChildIdentity {
  std::string session_id;      ///< TINE_SESSION_ID
  std::uint64_t depth = 0;     ///< TINE_DEPTH; see depth_below()
  std::string project_root;    ///< TINE_PROJECT_ROOT
  std::string parent_session;  ///< TINE_PARENT_SESSION; empty: the variable is absent
  std::string session_dir;     ///< TINE_SESSION_DIR
};

/// `inherited` (NAME=value each) without what it says of another session, and with `id`.
std::vector<std::string> child_environment(const std::vector<std::string>& inherited,
                                           const ChildIdentity& id);

/// The value of a variable, of an environment that is NAME=value each; empty: it is not there.
std::string variable_in(const std::vector<std::string>& environment, std::string_view name);

/// The depth of what our sessions start: one more than ours, which is TINE_DEPTH, or 0 without it.
/// depth_exceeded when ours is greater than `max_depth`, or not a number: who cannot tell how deep
/// it is must not start anything.
Result<std::uint64_t> depth_below(const Env& env, std::uint64_t max_depth);

}  // namespace tine::executor
