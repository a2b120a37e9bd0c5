#pragma once
// Writes what a session did into the memory of its project, with memory.keep.
//
// Plain functions on the loop's thread. The files are read and changed beside the loop, and no turn
// waits for it or fails because of it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "session/fork/soft_context.h"
#include "session/git_head.h"
#include "session/memory/memory_file.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

/// A turn that has been written down.
struct TurnDone {
  std::string cwd;
  std::string session;
  std::int64_t session_begun_ms = 0;
  std::uint64_t turn = 0;
  std::string backend;
  std::string stop;  ///< a stop reason, or "error"
  std::string plan;  ///< the JSON of its last update of a plan; empty: there was none
  std::optional<GitHead> before;
  std::optional<GitHead> after;
  std::int64_t begun_ms = 0;
  std::shared_ptr<const History> history;
  Span records;  ///< its own
};

/// Turns the steps of its plan into tasks of the project, its commits into checkpoints, and notes
/// down what was said and done in the short memory of the session. Of the commits that have come in
/// meanwhile only those count that were made while the turn ran, not what was pulled. The log says
/// so where a file cannot be changed.
transport::Task<void> remember_turn(Library library, TurnDone done);

/// That of the project in which the directory lies.
MemoryFile memory_of_project(const Library& library, const std::string& cwd);

/// The session was deleted: nothing that it said stays in the short memory.
transport::Task<void> forget_session(Library library, store::State state);

}  // namespace tine::session
