#pragma once
// What a session leaves in the memory of its project, where the user has that kept.
//
// Plain functions on the loop's thread. They return at once: the file is changed beside the loop,
// and no turn waits for it or fails because of it.

#include <string>
#include <string_view>

#include "session/memory/task_graph.h"
#include "session/record/record.h"

namespace tine::session {

/// Makes tasks of the project of what a plan of that turn says: `update` is the JSON of the update.
/// A project whose file cannot be changed is told of in the log.
void remember_plan(const Library& library, std::string cwd, std::string_view update,
                   std::string_view backend, Evidence turn);

}  // namespace tine::session
