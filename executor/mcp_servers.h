#pragma once
// The MCP servers of a session as the JSON in which programs are configured with them.
//
// Plain functions.

#include <vector>

#include "base/json/document.h"
#include "protocol/v1/types.h"

namespace tine::executor {

/// Returns an object with a member for each value. Of two that have one name the last counts.
json::Document object_of(const std::vector<v1::NameValue>& values);

/// Describes a server as an entry of `mcpServers` does: `command`, `args` and `env`, or `url` and
/// `headers`.
json::Document mcp_server(const v1::McpServer& server);

/// Whether a program can reach the server by itself. One over ACP exists for the client alone.
bool is_reachable(const v1::McpServer& server);

}  // namespace tine::executor
