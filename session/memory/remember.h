#pragma once
// Writes what a session did into the memory of its project, with memory.keep.
//
// Plain functions on the loop's thread. They return at once: the file is changed beside the loop,
// and no turn waits for it or fails because of it.

#include <string>
#include <string_view>

#include "session/memory/task_graph.h"
#include "session/record/record.h"

namespace tine::session {

/// Turns the steps of a plan of that turn into tasks of the project; `update` is the JSON of the
/// update. The log says so where the project's file cannot be changed.
void remember_plan(const Library& library, std::string cwd, std::string_view update,
                   std::string_view backend, Evidence turn);

}  // namespace tine::session
