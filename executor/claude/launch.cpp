#include "executor/claude/launch.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "executor/child_environment.h"
#include "executor/claude/caller.h"
#include "executor/mcp_servers.h"

namespace tine::executor::claude {
namespace {

void add(std::vector<std::string>& arguments, std::string_view flag, std::string_view value) {
  arguments.emplace_back(flag);
  arguments.emplace_back(value);
}

std::string request(std::string_view subtype, std::string_view name, json::Document value) {
  json::Document out;
  out["subtype"] = subtype;
  out[std::string(name)] = std::move(value);
  return json::text_of(out);
}

json::Document text_or_null(const std::string& text) {
  return text.empty() ? json::Document() : json::Document(text);
}

json::Document typed_server(const v1::McpServer& server) {
  using Transport = v1::McpServer::Transport;
  json::Document out;
  out["type"] = "http";
  if (server.transport == Transport::stdio) out["type"] = "stdio";
  if (server.transport == Transport::sse) out["type"] = "sse";
  out.update(mcp_server(server));
  return out;
}

/// Has Claude Code read the CLAUDE.md and the rules of what is named by --add-dir.
constexpr const char* reads_added_texts = "CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD=1";

/// Of the settings that the session is to load, those that may be.
std::string sources(Reads reads, const Loading& loading) {
  std::string out;
  for (const std::string_view each : setting_sources) {
    if (!loading.has_source(each) || (reads != Reads::everything && each != "user")) continue;
    out += (out.empty() ? "" : ",") + std::string(each);
  }
  return out;
}

/// With `?` for what has a meaning in a pattern: a character of that kind in a path is no wildcard.
std::string as_pattern(std::string path) {
  for (char& c : path)
    if (std::string_view("*[]{}()!+@|\\").find(c) != std::string_view::npos) c = '?';
  return path;
}

}  // namespace

Reads narrowed(Reads reads, const Loading& loading) {
  const bool has_texts = loading.has_source("project") && !loading.leaves_out_project();
  return reads == Reads::texts && !has_texts ? Reads::nothing : reads;
}

std::string left_out_settings(const Loading& loading, const FolderPlaces& places) {
  if (loading.no_load.empty()) return {};
  // Claude Code compares a plain path as it stands before it takes it as a pattern.
  json::Document out;
  json::Document& all = out["claudeMdExcludes"] = json::Document::array();
  for (const std::string& each : loading.no_load) {
    if (each != every_document) all.push_back(each.front() == '/' ? each : "**/" + each);
  }
  if (loading.leaves_out_project()) {
    std::error_code fault;
    std::filesystem::path at = std::filesystem::canonical(places.cwd, fault);
    if (fault) at = places.cwd;
    for (;; at = at.parent_path()) {
      for (const char* const name : {"CLAUDE.md", "CLAUDE.local.md", "AGENTS.md"})
        all.push_back((at / name).string());
      // The user's own documents are none of the project's.
      if (at / ".claude" != places.settings) {
        all.push_back((at / ".claude/CLAUDE.md").string());
        all.push_back(as_pattern(at / ".claude/rules") + "/**");
      }
      if (at == at.parent_path()) break;
    }
  }
  return json::text_of(out);
}

std::vector<std::string> arguments(const Setup& setup, const ConversationSpec& spec,
                                   const Beginning& beginning, Reads reads,
                                   const std::string& settings) {
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
  if (reads != Reads::everything || spec.loading.sources)
    add(out, "--setting-sources", sources(reads, spec.loading));
  if (narrowed(reads, spec.loading) == Reads::texts) add(out, "--add-dir", spec.workspace.cwd);
  if (!spec.loading.skills) out.emplace_back("--disable-slash-commands");
  if (!settings.empty()) add(out, "--settings", settings);
  return out;
}

std::vector<std::string> environment(const Setup& setup, const ConversationSpec& spec,
                                     Reads reads) {
  std::vector<std::string> out = child_environment(stripped(setup.environment), spec.identity);
  // Todo lists are plans; alike in parent and child, as all that the model reads.
  out.emplace_back("CLAUDE_CODE_ENABLE_TODO_TOOLS=1");
  if (narrowed(reads, spec.loading) == Reads::texts) out.emplace_back(reads_added_texts);
  return out;
}

std::string greeting_request(const ConversationSpec& spec, const Beginning& beginning) {
  json::Document out;
  out["subtype"] = "initialize";
  const auto& prompt = spec.workspace.system_prompt;
  if (prompt && beginning.kind == Beginning::Kind::start) {
    const char* const name = prompt->mode == "override" ? "systemPrompt" : "appendSystemPrompt";
    out[name] = v1::plain_text(prompt->content);
  }
  return json::text_of(out);
}

std::string servers_request(const v1::Workspace& workspace) {
  json::Document servers;
  for (const v1::McpServer& server : workspace.mcp_servers)
    if (is_reachable(server)) servers[server.name] = typed_server(server);
  if (servers.empty()) return {};
  return request("mcp_set_servers", "servers", std::move(servers));
}

std::vector<std::string> choice_requests(const Choices& wanted, const Choices& knows) {
  std::vector<std::string> out;
  if (wanted.mode != knows.mode) out.push_back(request("set_permission_mode", "mode", wanted.mode));
  if (wanted.model != knows.model) {
    out.push_back(request("set_model", "model", wanted.model.empty() ? "default" : wanted.model));
  }
  if (wanted.effort != knows.effort) {
    json::Document settings;
    settings["effortLevel"] = text_or_null(wanted.effort);
    out.push_back(request("apply_flag_settings", "settings", std::move(settings)));
  }
  if (wanted.thinks != knows.thinks) {
    json::Document most = wanted.thinks ? json::Document() : json::Document(0);
    out.push_back(request("set_max_thinking_tokens", "max_thinking_tokens", std::move(most)));
  }
  return out;
}

}  // namespace tine::executor::claude
