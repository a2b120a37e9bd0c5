#pragma once
// The session that a calling agent has used last for a directory, for one that does not tell which
// it runs. Only files are looked at that past.h would read.
//
// A plain function, which blocks for as long as the disk does.

#include <string>
#include <vector>

#include "base/result.h"
#include "executor/caller/caller.h"

namespace tine::executor {

/// Its id. `environment`: where the agent keeps its sessions (NAME=value each). session_not_found:
/// there is none; unsupported: the agent's sessions cannot be read.
Result<std::string> newest_session(CallingAgent agent, const std::vector<std::string>& environment,
                                   const std::string& cwd);

}  // namespace tine::executor
