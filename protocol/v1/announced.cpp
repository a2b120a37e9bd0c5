#include "protocol/v1/announced.h"

#include "base/json/decode.h"

namespace tine::v1 {
namespace {

Error unsupported(std::string_view what, const json::Path& path) {
  return Error(ErrorKind::unsupported, std::string(what) + " at " + path.str()).at(path.str());
}

/// What this agent does not take in the place of `block`, in words; empty: it takes it.
std::string_view too_much(const PromptCapabilities& announced, const ContentBlock& block) {
  switch (block.type) {
    case ContentType::image:
      return announced.image ? "" : "images are not supported";
    case ContentType::audio:
      return announced.audio ? "" : "audio is not supported";
    case ContentType::resource:
      return announced.embedded_context ? "" : "embedded resources are not supported";
    default:
      return "";
  }
}

std::string_view too_much(const McpCapabilities& announced, const McpServer& server) {
  switch (server.transport) {
    case McpServer::Transport::http:
      return announced.http ? "" : "MCP servers over http are not supported";
    case McpServer::Transport::sse:
      return announced.sse ? "" : "MCP servers over sse are not supported";
    case McpServer::Transport::acp:
      return announced.acp ? "" : "MCP servers over ACP are not supported";
    default:
      return "";
  }
}

std::optional<Error> refusal(const SessionCapabilities& announced, const SystemPrompt& prompt) {
  const json::Path params("params");
  const json::Path path = params.member("systemPrompt");
  if (!announced.system_prompt) return unsupported("a system prompt is not supported", path);
  const bool known =
      prompt.mode == "append" || (prompt.mode == "override" && announced.system_prompt_override);
  if (!known) return unsupported("the mode is not supported", path.member("mode"));
  const json::Path content = path.member("content");
  if (prompt.content.empty()) return unsupported("an empty list is not supported", content);
  for (std::size_t i = 0; i < prompt.content.size(); ++i) {
    if (prompt.content[i].type == ContentType::text) continue;
    return unsupported("only text is supported", content.element(i));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> refusal(const PromptCapabilities& announced,
                             const std::vector<ContentBlock>& prompt) {
  const json::Path params("params");
  const json::Path path = params.member("prompt");
  if (prompt.empty()) {
    return Error(ErrorKind::invalid_params, "an empty prompt at " + path.str())
        .with_hint("Send at least one content block.")
        .at(path.str());
  }
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    const std::string_view what = too_much(announced, prompt[i]);
    if (!what.empty()) return unsupported(what, path.element(i));
  }
  return std::nullopt;
}

std::optional<Error> refusal(const AgentCapabilities& announced, const Workspace& workspace) {
  const json::Path params("params");
  if (!workspace.additional_directories.empty() && !announced.session.additional_directories) {
    return unsupported("additional directories are not supported",
                       params.member("additionalDirectories"));
  }
  const json::Path servers = params.member("mcpServers");
  for (std::size_t i = 0; i < workspace.mcp_servers.size(); ++i) {
    const std::string_view what = too_much(announced.mcp, workspace.mcp_servers[i]);
    if (!what.empty()) return unsupported(what, servers.element(i));
  }
  if (workspace.system_prompt) return refusal(announced.session, *workspace.system_prompt);
  return std::nullopt;
}

void keep_stable(AgentCapabilities& capabilities) {
  capabilities.mcp.acp = false;
  capabilities.steering = false;
  capabilities.session.fork = false;
  capabilities.session.system_prompt = false;
  capabilities.session.system_prompt_override = false;
}

}  // namespace tine::v1
