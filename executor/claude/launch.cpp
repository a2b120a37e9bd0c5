#include "executor/claude/launch.h"

#include "base/json/writer.h"
#include "executor/child_environment.h"
#include "executor/claude/caller.h"

namespace tine::executor::claude {
namespace {

void add(std::vector<std::string>& arguments, std::string_view flag, std::string_view value) {
  arguments.emplace_back(flag);
  arguments.emplace_back(value);
}

std::string request(std::string_view subtype, std::string_view name, std::string_view value) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("subtype", subtype).key(name).raw(value).end_object();
  return text;
}

void write_map(json::Writer& out, const std::vector<v1::NameValue>& values) {
  out.begin_object();
  for (const v1::NameValue& each : values) out.member(each.name, std::string_view(each.value));
  out.end_object();
}

void write_server(json::Writer& out, const v1::McpServer& server) {
  using Transport = v1::McpServer::Transport;
  out.begin_object();
  if (server.transport == Transport::stdio) {
    out.member("type", "stdio").member("command", std::string_view(server.command));
    out.key("args").begin_array();
    for (const std::string& each : server.args) out.string(each);
    out.end_array().key("env");
    write_map(out, server.env);
  } else {
    out.member("type", server.transport == Transport::sse ? "sse" : "http");
    out.member("url", std::string_view(server.url)).key("headers");
    write_map(out, server.headers);
  }
  out.end_object();
}

/// Has Claude Code read the CLAUDE.md and the rules of what is named by --add-dir.
constexpr const char* reads_added_texts = "CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD=1";

}  // namespace

std::vector<std::string> arguments(const Setup& setup, const ConversationSpec& spec,
                                   const Beginning& beginning, Reads reads) {
  std::vector<std::string> out = setup.command;
  for (const char* each : {"-p", "--verbose", "--include-partial-messages"}) out.emplace_back(each);
  add(out, "--input-format", "stream-json");
  add(out, "--output-format", "stream-json");
  // Also where nobody needs to be asked: with it the model has another list of tools.
  add(out, "--permission-prompt-tool", "stdio");
  if (setup.defaults.allow_bypass) out.emplace_back("--allow-dangerously-skip-permissions");
  if (beginning.kind == Beginning::Kind::start) {
    add(out, "--session-id", beginning.id);
  } else if (beginning.kind == Beginning::Kind::resume) {
    add(out, "--resume", beginning.id);
  } else {
    add(out, "--resume", beginning.from.conversation);
    out.emplace_back("--fork-session");
    add(out, "--session-id", beginning.id);
    add(out, "--resume-session-at", beginning.from.turn);
  }
  const Choices choices = choices_of(spec.settings);
  if (!choices.mode.empty()) add(out, "--permission-mode", choices.mode);
  if (!choices.model.empty()) add(out, "--model", choices.model);
  if (!choices.effort.empty()) add(out, "--effort", choices.effort);
  for (const std::string& each : spec.workspace.additional_directories) add(out, "--add-dir", each);
  if (reads != Reads::everything) add(out, "--setting-sources", "user");
  if (reads == Reads::texts) add(out, "--add-dir", spec.workspace.cwd);
  return out;
}

std::vector<std::string> environment(const Setup& setup, const ConversationSpec& spec,
                                     Reads reads) {
  std::vector<std::string> out = child_environment(stripped(setup.environment), spec.identity);
  // Todo lists are plans; alike in parent and child, as all that the model reads.
  out.emplace_back("CLAUDE_CODE_ENABLE_TODO_TOOLS=1");
  if (reads == Reads::texts) out.emplace_back(reads_added_texts);
  return out;
}

std::string greeting_request(const ConversationSpec& spec, const Beginning& beginning) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("subtype", "initialize");
  const auto& prompt = spec.workspace.system_prompt;
  if (prompt && beginning.kind == Beginning::Kind::start) {
    const std::string words = v1::plain_text(prompt->content);
    out.member(prompt->mode == "override" ? "systemPrompt" : "appendSystemPrompt",
               std::string_view(words));
  }
  out.end_object();
  return text;
}

std::string servers_request(const v1::Workspace& workspace) {
  std::string text;
  json::Writer out(text);
  bool any = false;
  out.begin_object().member("subtype", "mcp_set_servers").key("servers").begin_object();
  for (const v1::McpServer& server : workspace.mcp_servers) {
    if (server.transport == v1::McpServer::Transport::acp) continue;
    any = true;
    out.key(server.name);
    write_server(out, server);
  }
  out.end_object().end_object();
  return any ? text : std::string();
}

std::vector<std::string> choice_requests(const Choices& wanted, const Choices& knows) {
  std::vector<std::string> out;
  if (wanted.mode != knows.mode)
    out.push_back(request("set_permission_mode", "mode", json::quoted(wanted.mode)));
  if (wanted.model != knows.model) {
    const std::string model = wanted.model.empty() ? "default" : wanted.model;
    out.push_back(request("set_model", "model", json::quoted(model)));
  }
  if (wanted.effort != knows.effort) {
    const std::string level = wanted.effort.empty() ? "null" : json::quoted(wanted.effort);
    out.push_back(request("apply_flag_settings", "settings", R"({"effortLevel":)" + level + "}"));
  }
  if (wanted.thinks != knows.thinks) {
    out.push_back(
        request("set_max_thinking_tokens", "max_thinking_tokens", wanted.thinks ? "null" : "0"));
  }
  return out;
}

}  // namespace tine::executor::claude
