#pragma once
// The long memory of a project: its goals, decisions and milestones, the commits that sessions
// made, and its tasks. It is a file of JSON that persons read and share, so what another version of
// the program or a person has added to it stays.
//
// A value, and plain functions. On any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "session/memory/task_graph.h"

namespace tine::session {

/// A goal, a decision or a milestone.
struct Fact {
  std::string id;
  std::string text;
  TaskStatus status = TaskStatus::open;  ///< of a goal or a milestone
  Evidence from;                         ///< where it came up; empty: a person has said so
  std::int64_t made_ms = 0;
  std::int64_t changed_ms = 0;
  std::string more;  ///< members that this version does not know, as `"name":value,…`
  bool operator==(const Fact&) const = default;
};

/// A commit that was made in a session.
struct CommitMade {
  std::string commit;
  std::string branch;
  std::string subject;
  Evidence by;
  std::int64_t made_ms = 0;
  std::string more;
  bool operator==(const CommitMade&) const = default;
};

struct ProjectState {
  std::vector<Fact> goals;
  std::vector<Fact> decisions;
  std::vector<Fact> milestones;
  std::vector<CommitMade> checkpoints;
  TaskGraph tasks;
  std::string more;
};

/// Refuses (damaged) what is no such file, with the place of the fault; unsupported: a newer
/// version of the program has written it.
Result<ProjectState> project_state_of(std::string_view json);
/// The file's text: a line for each member, so that git shows and merges it well.
std::string text_of(const ProjectState& state);
/// Those tasks as a list in JSON, each as the file has it. All of them are in the graph.
std::string tasks_json(const TaskGraph& graph, const std::vector<std::string>& ids);

}  // namespace tine::session
