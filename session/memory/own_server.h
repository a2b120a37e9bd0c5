#pragma once
// Gives the agent of a session this program's own tools on the memory and the sessions of its
// project, as one more MCP server of the session.
//
// A plain function.

#include "executor/executor.h"
#include "session/backends.h"

namespace tine::session {

/// The name of the server. A client that gives the session one of that name has its own.
inline constexpr const char* own_server_name = "tine";

/// Adds the server, for the directory of the session, with what the environment of its agent says
/// of it: agents do not hand all of that on.
void add_own_server(const Backends& backends, executor::ConversationSpec& to);

}  // namespace tine::session
