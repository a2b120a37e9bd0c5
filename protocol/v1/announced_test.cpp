#include "protocol/v1/announced.h"

#include "tests/catch.h"

namespace tine::v1 {
namespace {

ContentBlock block(ContentType type) {
  ContentBlock made;
  made.type = type;
  return made;
}

std::string path_of(const std::optional<Error>& error) {
  if (!error) return "(taken)";
  CHECK(error->kind == ErrorKind::unsupported);
  CHECK(error->message.ends_with(" at " + error->path));
  return error->path;
}

TEST_CASE("blocks of content are taken only as announced") {
  const std::vector<ContentBlock> always = {text_block("a"), link_block("u", "n")};
  CHECK(path_of(refusal(PromptCapabilities{}, always)) == "(taken)");
  struct Row {
    ContentType type;
    bool PromptCapabilities::*needs;
  };
  for (const Row row : {Row{ContentType::image, &PromptCapabilities::image},
                        Row{ContentType::audio, &PromptCapabilities::audio},
                        Row{ContentType::resource, &PromptCapabilities::embedded_context}}) {
    const std::vector<ContentBlock> prompt = {text_block("a"), block(row.type)};
    PromptCapabilities all{true, true, true};
    CHECK(path_of(refusal(all, prompt)) == "(taken)");
    all.*row.needs = false;
    CHECK(path_of(refusal(all, prompt)) == "params.prompt[1]");
  }
}

TEST_CASE("what a session works with is taken only as announced") {
  AgentCapabilities agent;
  Workspace workspace;
  workspace.cwd = "/";
  workspace.mcp_servers.resize(2);
  CHECK(path_of(refusal(agent, workspace)) == "(taken)");

  struct Row {
    McpServer::Transport transport;
    bool McpCapabilities::*needs;
  };
  for (const Row row : {Row{McpServer::Transport::http, &McpCapabilities::http},
                        Row{McpServer::Transport::sse, &McpCapabilities::sse},
                        Row{McpServer::Transport::acp, &McpCapabilities::acp}}) {
    workspace.mcp_servers[1].transport = row.transport;
    agent.mcp = {true, true, true};
    CHECK(path_of(refusal(agent, workspace)) == "(taken)");
    agent.mcp.*row.needs = false;
    CHECK(path_of(refusal(agent, workspace)) == "params.mcpServers[1]");
  }
  workspace.mcp_servers.clear();

  workspace.additional_directories = {"/a"};
  CHECK(path_of(refusal(agent, workspace)) == "params.additionalDirectories");
  agent.session.additional_directories = true;
  CHECK(path_of(refusal(agent, workspace)) == "(taken)");
}

TEST_CASE("system prompts are taken only as announced") {
  AgentCapabilities agent;
  Workspace workspace;
  auto& prompt = workspace.system_prompt.emplace();
  prompt.mode = "append";
  prompt.content = {text_block("be brief")};
  CHECK(path_of(refusal(agent, workspace)) == "params.systemPrompt");
  agent.session.system_prompt = true;
  CHECK(path_of(refusal(agent, workspace)) == "(taken)");
  prompt.mode = "override";
  CHECK(path_of(refusal(agent, workspace)) == "params.systemPrompt.mode");
  agent.session.system_prompt_override = true;
  CHECK(path_of(refusal(agent, workspace)) == "(taken)");
  prompt.mode = "later";
  CHECK(path_of(refusal(agent, workspace)) == "params.systemPrompt.mode");
  prompt.mode = "append";
  prompt.content.push_back(link_block("u", "n"));
  CHECK(path_of(refusal(agent, workspace)) == "params.systemPrompt.content[1]");
  prompt.content.clear();
  CHECK(path_of(refusal(agent, workspace)) == "params.systemPrompt.content");
}

TEST_CASE("what is unstable can be taken out") {
  AgentCapabilities agent;
  agent.session = {true, true, true, true, true, true, true, true, ""};
  agent.mcp = {true, true, true};
  keep_stable(agent);
  CHECK(agent.session ==
        SessionCapabilities{true, true, true, true, true, false, false, false, ""});
  CHECK(agent.mcp == McpCapabilities{true, true, false});
}

}  // namespace
}  // namespace tine::v1
