#include "executor/mcp_servers.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

TEST_CASE("an MCP server is described as programs are configured with it") {
  v1::McpServer local;
  local.command = "tool \"x\"";
  local.args = {"-x", "\n"};
  local.env = {{.name = "KEY", .value = "v"}, {.name = "EMPTY", .value = ""}};
  CHECK(json::text_of(mcp_server(local)) ==
        R"({"command":"tool \"x\"","args":["-x","\n"],"env":{"KEY":"v","EMPTY":""}})");
  v1::McpServer remote;
  remote.transport = v1::McpServer::Transport::sse;
  remote.url = "https://x";
  CHECK(json::text_of(mcp_server(remote)) == R"({"url":"https://x","headers":{}})");
  CHECK(is_reachable(remote));
  remote.transport = v1::McpServer::Transport::acp;
  CHECK_FALSE(is_reachable(remote));
}

TEST_CASE("of two values of one name the last counts, and bytes that are no text do no harm") {
  CHECK(json::text_of(object_of({{.name = "A", .value = "1"}, {.name = "A", .value = "2"}})) ==
        R"({"A":"2"})");
  CHECK(json::text_of(object_of({{.name = "A", .value = "\xff"}})) == "{\"A\":\"\xEF\xBF\xBD\"}");
}
