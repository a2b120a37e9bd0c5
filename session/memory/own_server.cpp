#include "session/memory/own_server.h"

#include <algorithm>
#include <utility>

namespace tine::session {

void add_own_server(const Backends& backends, executor::ConversationSpec& to) {
  std::vector<v1::McpServer>& servers = to.workspace.mcp_servers;
  const bool is_taken = std::any_of(servers.begin(), servers.end(), [](const v1::McpServer& each) {
    return each.name == own_server_name;
  });
  if (is_taken || !backends.own_server) return;
  v1::McpServer server = backends.own_server();
  server.name = own_server_name;
  // Agents differ in where they start a server.
  server.args.emplace_back("--cwd");
  server.args.push_back(to.workspace.cwd);
  for (const std::string& each : executor::child_environment({}, to.identity)) {
    const std::size_t equals = each.find('=');
    server.env.push_back({.name = each.substr(0, equals), .value = each.substr(equals + 1)});
  }
  servers.push_back(std::move(server));
}

}  // namespace tine::session
