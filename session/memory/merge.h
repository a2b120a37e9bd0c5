#pragma once
// Brings two copies of a project's memory together that have gone different ways since a common
// one, as the branches of a repository do: both sides' facts stay, and what no rule can decide is
// named.
//
// Plain functions of values. On any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/memory/project_state.h"

namespace tine::session {

/// What was decided in favour of one side, and may want a person's look.
struct Unreconciled {
  enum class How : std::uint8_t {
    ours,    ///< both sides changed it; ours stands
    theirs,  ///< both sides changed it; theirs stands
    kept,    ///< one side removed it and the other changed it; it stays
    circle,  ///< a link of theirs would close a circle, and is left out
    gone     ///< a link to a task that the other side removed is left out
  };
  std::string what;    ///< goal, decision, milestone, commit, task; file: the file's own members
  std::string id;      ///< of a commit its name; of the file itself empty
  std::string title;   ///< as it stands
  std::string member;  ///< empty: all of it
  How how = How::ours;
  std::string other;  ///< what does not stand: a value, or the task at the end of a link
  bool operator==(const Unreconciled&) const = default;
};

struct Merged {
  ProjectState state;
  std::vector<Unreconciled> unreconciled;
};

/// `base` is what both sides began with; an empty one where that is not known. What only one side
/// changed is as that side has it; docs/memory.md has the rules for what both changed. Refuses
/// (queue_full) what would be more than limits::tasks or limits::facts.
Result<Merged> merge(const ProjectState& base, const ProjectState& ours,
                     const ProjectState& theirs);

}  // namespace tine::session
