#pragma once
// The command /tine-tasks: what is to be done in the project of a session, for a person in any
// editor.
//
// A plain function on the loop's thread; the memory is read and changed beside the loop.

#include <string>
#include <vector>

#include "protocol/v1/types/tools.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

struct TasksTold {
  std::string text;                 ///< in Markdown
  std::vector<v1::PlanEntry> plan;  ///< the tasks as an editor shows a plan; empty: there is none
};

/// Does what the command asks for (`tine-tasks`, `tine-tasks done 3K7QX`) in the project that `cwd`
/// belongs to. What goes wrong is in the text.
transport::Task<TasksTold> tasks_as_told(Library library, std::string cwd, std::string command);

}  // namespace tine::session
