#pragma once
// What the user has configured for the keeping of sessions.
//
// A value; the service holds it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "session/fork/strategy.h"
#include "session/limits.h"
#include "session/permission_rules.h"

namespace tine::session {

/// Which folders may start programs of their own: see Trust.
enum class TrustRule : std::uint8_t {
  ask,    ///< a folder that nobody has decided about is asked about
  cli,    ///< only what the backend's own program trusts; nothing is asked
  always  ///< every folder
};

/// How much of the project's memory the first prompt of a new session carries.
enum class MemoryBrief : std::uint8_t { off, brief, full };

/// Where the long memory of a project is.
enum class MemoryLocation : std::uint8_t {
  store,      ///< in the project's folder of the store
  repository  ///< in .tine of the repository's main work tree, where there is a repository
};

/// What is done before a turn when the project's git repository has moved since the last one.
enum class DriftRule : std::uint8_t {
  off,     ///< nothing: nobody looks
  notice,  ///< the session goes on, and its agent and its client are told
  ask      ///< the client is asked how to go on
};

/// Where a session goes on when the limit of its backend is used up.
struct FailoverPolicy {
  bool ask = true;                    ///< the client is asked before
  std::vector<std::string> fallback;  ///< backends, in the order in which they are tried
  std::map<std::string, std::vector<std::string>> of_backend;  ///< … from that one, in its place

  const std::vector<std::string>& from(const std::string& backend) const {
    const auto own = of_backend.find(backend);
    return own == of_backend.end() ? fallback : own->second;
  }
};

struct Policy {
  bool sync_each_turn = false;  ///< durability = "turn"
  bool keep_text = true;        ///< history = "full"
  /// 0: no limit.
  std::int64_t max_session_bytes = 0;
  std::int64_t max_total_bytes = 0;
  std::int64_t load_bytes = limits::load_bytes;  ///< that session/load sends
  std::int64_t retention_days = 0;
  std::uint64_t max_depth = 5;
  TrustRule trust = TrustRule::ask;
  std::vector<PermissionRule> permissions;  ///< of the user, without those of projects
  ForkPolicy fork;
  FailoverPolicy failover;
  bool model_writes_summary = false;  ///< fork.summary = "model"
  bool begins_from_seed = false;      ///< fork.seed = "auto"
  std::int64_t seed_hours = limits::seed_hours;
  std::int64_t stale_hours = limits::stale_hours;   ///< unused for so long, a parent is stale
  std::uint64_t soft_tokens = limits::soft_tokens;  ///< the most that a soft fork carries
  std::uint64_t seed_tokens = limits::seed_tokens;  ///< the most that is told of a caller's past
  bool keeps_memory = false;                        ///< memory.keep
  MemoryBrief memory_brief = MemoryBrief::off;      ///< memory.inject
  MemoryLocation memory_location = MemoryLocation::store;
  DriftRule drift = DriftRule::off;  ///< memory.drift
  bool caller_newest = false;  ///< the newest session of an agent that does not tell its own counts
  std::size_t max_open_sessions = limits::sessions;  ///< of one process
};

}  // namespace tine::session
