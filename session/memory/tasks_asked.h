#pragma once
// The tasks of a project for a client that asks by `_tine/tasks`.
//
// A plain function on the loop's thread; the memory is read and changed beside the loop.

#include <string>

#include "protocol/v1/tasks.h"
#include "session/record/record.h"
#include "transport/loop.h"

namespace tine::session {

/// Does what is asked in the project that `cwd` belongs to; gives the tasks that were asked for, or
/// the one that was changed. An error names the member of the request that is to blame.
transport::Task<Result<v1::TasksResponse>> tasks_as_asked(Library library, std::string cwd,
                                                          v1::TasksRequest request);

}  // namespace tine::session
