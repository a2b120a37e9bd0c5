#include "session/memory/own_server.h"

#include "tests/catch.h"

namespace tine::session {
namespace {

v1::McpServer program() {
  v1::McpServer server;
  server.command = "/opt/tine";
  server.args = {"mcp"};
  server.env = {{.name = "HOME", .value = "/home/ada"}};
  return server;
}

executor::ConversationSpec spec() {
  executor::ConversationSpec spec;
  spec.workspace.cwd = "/home/ada/a project";
  spec.identity = {.session_id = "01J0", .depth = 3, .project_root = "/home/ada/a project"};
  return spec;
}

std::string value_of(const v1::McpServer& server, std::string_view name) {
  std::string out;
  for (const v1::NameValue& each : server.env)
    if (each.name == name) out += each.value + ";";
  return out;
}

}  // namespace

TEST_CASE("own server: it is added for the session's directory, and learns how deep it is") {
  Backends backends;
  backends.own_server = program;
  executor::ConversationSpec to = spec();
  to.workspace.mcp_servers.resize(1);
  to.workspace.mcp_servers[0].name = "theirs";
  add_own_server(backends, to);
  REQUIRE(to.workspace.mcp_servers.size() == 2);
  const v1::McpServer& server = to.workspace.mcp_servers[1];
  CHECK(server.name == "tine");
  CHECK(server.command == "/opt/tine");
  CHECK(server.args == std::vector<std::string>{"mcp", "--cwd", "/home/ada/a project"});
  CHECK(value_of(server, "HOME") == "/home/ada;");
  CHECK(value_of(server, "TINE_DEPTH") == "3;");
  CHECK(value_of(server, "TINE_SESSION_ID") == "01J0;");
}

TEST_CASE(
    "own server: the client's server of that name stays, and without a program there is none") {
  Backends backends;
  executor::ConversationSpec to = spec();
  add_own_server(backends, to);
  CHECK(to.workspace.mcp_servers.empty());
  backends.own_server = program;
  to.workspace.mcp_servers.resize(1);
  to.workspace.mcp_servers[0].name = "tine";
  to.workspace.mcp_servers[0].command = "/theirs";
  add_own_server(backends, to);
  REQUIRE(to.workspace.mcp_servers.size() == 1);
  CHECK(to.workspace.mcp_servers[0].command == "/theirs");
}

}  // namespace tine::session
