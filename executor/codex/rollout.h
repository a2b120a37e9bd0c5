#pragma once
// The files in which Codex keeps its threads, below CODEX_HOME, in a folder for each day. A fork's
// file holds only what is its own, and names the file that holds the rest. They are read and never
// written.
//
// Plain functions, which block for as long as the disk does.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/json/view.h"
#include "base/result.h"

namespace tine::executor::codex {

/// Files of one history. Of more the oldest are left out.
inline constexpr std::size_t most_rollouts = 64;

/// Calls `see` with what stands in a thread's history of turns and of threads (`event_msg`,
/// `session_meta`), from the last entry on, until it gives false. Lines that cannot be read are
/// passed over. `environment`: that of Codex (NAME=value each). session_not_found: there is no file
/// that is a regular one of this user's and has no link on the way from Codex's folder.
Result<void> each_entry(const std::vector<std::string>& environment, std::string thread,
                        const std::function<bool(json::View entry)>& see);

struct LastTurn {
  std::string id;   ///< of the last turn that is over; empty: there is none
  std::string cwd;  ///< where the thread was begun
};
Result<LastTurn> last_turn_of(const std::vector<std::string>& environment,
                              const std::string& thread);

/// Files that are looked at for the newest thread of a directory. Among older ones it is not found.
inline constexpr std::size_t most_looked_at = 512;
/// The thread that was begun in that directory and written to last. session_not_found: there is
/// none.
Result<std::string> newest_thread(const std::vector<std::string>& environment,
                                  const std::string& cwd);

}  // namespace tine::executor::codex
