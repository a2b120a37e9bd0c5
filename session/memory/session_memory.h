#pragma once
// The short memory of a project: what one session did on one branch, in few words. It is a file of
// JSON, and what another version of the program has added to it stays.
//
// A value, and plain functions. On any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "session/memory/project_state.h"

namespace tine::session {

/// A turn, in extracts.
struct TurnNote {
  std::uint64_t turn = 0;
  std::string backend;
  std::string stop;      ///< a stop reason, or "error"
  std::string asked;     ///< the beginning of the prompt, on one line
  std::string answered;  ///< the beginning and the end of the answer
  std::string commit;    ///< at which the turn ended; empty: there is none
  std::int64_t ended_ms = 0;
  std::string more;
  bool operator==(const TurnNote&) const = default;
};

struct TouchedFile {
  std::string path;
  std::string how;         ///< added, changed, emptied, removed or moved
  std::uint64_t turn = 0;  ///< in which it was touched last
  std::string more;
  bool operator==(const TouchedFile&) const = default;
};

struct SessionMemory {
  std::string session;
  std::string branch;  ///< empty: HEAD was detached, or there was no repository
  std::int64_t begun_ms = 0;
  std::int64_t changed_ms = 0;
  std::vector<TurnNote> turns;      ///< the oldest first
  std::vector<PlanStep> pending;    ///< what the last plan left open
  std::vector<TouchedFile> files;   ///< the one that was touched last is the last
  std::vector<CommitMade> commits;  ///< the oldest first
  std::string more;
};

/// What a turn adds.
struct TurnNews {
  TurnNote note;
  std::vector<PlanStep> plan;  ///< its last plan; empty: it told none
  std::vector<TouchedFile> files;
  std::vector<CommitMade> commits;
};

/// Refuses (damaged) what is no such file, with the place of the fault; unsupported: a newer
/// version of the program has written it.
Result<SessionMemory> session_memory_of(std::string_view json);
std::string text_of(const SessionMemory& memory);

/// Adds a turn; what is oldest makes room. One that is there already is replaced.
void add_turn(SessionMemory& memory, TurnNews news);

/// Brings into the long memory what the short one has of commits: each becomes a checkpoint, and
/// the evidence of what the session got done up to it. What is there already stays as it is, so it
/// may be called again. Whether anything has changed.
bool roll_up(const SessionMemory& memory, ProjectState& state);

}  // namespace tine::session
