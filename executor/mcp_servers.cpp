#include "executor/mcp_servers.h"

#include <nlohmann/json.hpp>

namespace tine::executor {

json::Document object_of(const std::vector<v1::NameValue>& values) {
  json::Document out = json::Document::object();
  for (const v1::NameValue& each : values) out[each.name] = each.value;
  return out;
}

json::Document mcp_server(const v1::McpServer& server) {
  json::Document out;
  if (server.transport == v1::McpServer::Transport::stdio) {
    out["command"] = server.command;
    out["args"] = server.args;
    out["env"] = object_of(server.env);
  } else {
    out["url"] = server.url;
    out["headers"] = object_of(server.headers);
  }
  return out;
}

bool is_reachable(const v1::McpServer& server) {
  return server.transport != v1::McpServer::Transport::acp;
}

}  // namespace tine::executor
