#pragma once
// How an agent starts this program as the server of its tools (`tine mcp`): by the program's own
// path, and with what names the store and the configuration. Nothing of it comes from a repository,
// and no secret is in it.
//
// A plain function; the environment outlives what it gives.

#include <functional>

#include "base/env.h"
#include "protocol/v1/types.h"

namespace tine::cli {

std::function<v1::McpServer()> own_server(const Env& env);

}  // namespace tine::cli
