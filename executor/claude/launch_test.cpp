#include "executor/claude/launch.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::executor::claude;

TEST_CASE("the MCP servers of a session are handed over by a request, or there is none") {
  v1::Workspace workspace;
  CHECK(servers_request(workspace).empty());
  v1::McpServer local;
  local.name = "tools";
  local.command = "tool";
  v1::McpServer remote;
  remote.transport = v1::McpServer::Transport::sse;
  remote.name = "far";
  remote.url = "https://x";
  remote.headers = {{.name = "A", .value = "b"}};
  v1::McpServer clients;
  clients.transport = v1::McpServer::Transport::acp;
  workspace.mcp_servers = {clients};
  CHECK(servers_request(workspace).empty());
  workspace.mcp_servers = {local, clients, remote};
  CHECK(servers_request(workspace) ==
        R"({"subtype":"mcp_set_servers","servers":{)"
        R"("tools":{"type":"stdio","command":"tool","args":[],"env":{}},)"
        R"("far":{"type":"sse","url":"https://x","headers":{"A":"b"}}}})");
}

TEST_CASE("the greeting has the system prompt of a conversation that begins") {
  ConversationSpec spec;
  Beginning beginning;
  CHECK(greeting_request(spec, beginning) == R"({"subtype":"initialize"})");
  v1::SystemPrompt prompt;
  prompt.mode = "append";
  prompt.content = {v1::text_block("be \"brief\"")};
  spec.workspace.system_prompt = prompt;
  CHECK(greeting_request(spec, beginning) ==
        R"({"subtype":"initialize","appendSystemPrompt":"be \"brief\""})");
  spec.workspace.system_prompt->mode = "override";
  CHECK(greeting_request(spec, beginning) ==
        R"({"subtype":"initialize","systemPrompt":"be \"brief\""})");
  beginning.kind = Beginning::Kind::resume;
  CHECK(greeting_request(spec, beginning) == R"({"subtype":"initialize"})");
}

TEST_CASE("a process gets each choice that differs from what it knows") {
  Choices knows;
  CHECK(choice_requests(knows, knows).empty());
  Choices wanted = knows;
  wanted.mode = "plan";
  wanted.model = "opus";
  wanted.effort = "high";
  wanted.thinks = !knows.thinks;
  const std::vector<std::string> there = choice_requests(wanted, knows);
  const std::vector<std::string> back = choice_requests(knows, wanted);
  REQUIRE(there.size() == 4);
  REQUIRE(back.size() == 4);
  CHECK(there[0] == R"({"subtype":"set_permission_mode","mode":"plan"})");
  CHECK(there[1] == R"({"subtype":"set_model","model":"opus"})");
  CHECK(back[1] == R"({"subtype":"set_model","model":"default"})");
  CHECK(there[2] == R"({"subtype":"apply_flag_settings","settings":{"effortLevel":"high"}})");
  CHECK(back[2] == R"({"subtype":"apply_flag_settings","settings":{"effortLevel":null}})");
  CHECK(there[3] == R"({"subtype":"set_max_thinking_tokens","max_thinking_tokens":0})");
  CHECK(back[3] == R"({"subtype":"set_max_thinking_tokens","max_thinking_tokens":null})");
}
