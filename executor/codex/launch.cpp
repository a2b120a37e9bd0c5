#include "executor/codex/launch.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "base/json/writer.h"
#include "executor/mcp_servers.h"

namespace tine::executor::codex {
namespace {

/// Codex has its own name for the headers; what is empty is left out.
json::Document server_for_codex(const v1::McpServer& server) {
  json::Document out = mcp_server(server);
  if (out.contains("headers")) out["http_headers"] = std::move(out["headers"]);
  out.erase("headers");
  for (const char* name : {"env", "http_headers"})
    if (out.contains(name) && out[name].empty()) out.erase(name);
  return out;
}

/// Codex takes only these in the name of a server.
std::string server_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!good) c = '_';
  }
  return out;
}

/// One process serves many sessions: which one a command belongs to it learns from its thread.
void write_identity(json::Writer& out, const ChildIdentity& id) {
  for (const std::string& entry : child_environment({}, id)) {
    const std::size_t equals = entry.find('=');
    out.member("shell_environment_policy.set." + entry.substr(0, equals),
               std::string_view(entry).substr(equals + 1));
  }
}

/// Whether a setting decides about trust. The configured settings must not: see thread_params().
bool decides_trust(std::string_view name) {
  const std::string_view first = name.substr(0, name.find('.'));
  return first == "projects" || first == "sandbox_mode" || first == "default_permissions";
}

/// Whether a setting is one of those with which a session loads less.
bool decides_loading(std::string_view name, const Loading& loading) {
  if (name == "skills.include_instructions") return !loading.skills;
  return name == "project_doc_max_bytes" && leaves_out_documents(loading);
}

void write_config(json::Writer& out, const ConversationSpec& spec, const std::string& configured,
                  const std::string& projects) {
  out.begin_object();
  if (!projects.empty()) out.key("projects").raw(projects);
  for (const auto& [name, given] : json::View(configured).members()) {
    const std::string key = name.string().value_or(std::string());
    if (!decides_trust(key) && !decides_loading(key, spec.loading)) out.key(key).raw(given.raw());
  }
  // Report an error rather than try for ever.
  out.member("features.unbounded_connection_retries", false);
  // Alike in parent and child, or the provider's cache would be of no use.
  out.key("tools.update_plan").begin_object().member("enabled", true).end_object();
  // Another process may go on with the thread as soon as we let go of it.
  out.member("thread_unload_delay_secs", 0);
  if (!spec.loading.skills) out.member("skills.include_instructions", false);
  if (leaves_out_documents(spec.loading)) out.member("project_doc_max_bytes", 0);
  write_identity(out, spec.identity);
  for (const v1::McpServer& server : spec.workspace.mcp_servers) {
    if (!is_reachable(server)) continue;
    out.key("mcp_servers." + server_name(server.name)).raw(json::text_of(server_for_codex(server)));
  }
  out.end_object();
}

constexpr std::string_view workspace_table = "sandbox_workspace_write";

/// A setting of the table for writing in the project: as configured for the backend, as a table or
/// by its whole name, or else as Codex has it.
json::View workspace_setting(json::View effective, json::View configured, std::string_view name) {
  const std::string whole = std::string(workspace_table) + "." + std::string(name);
  if (const json::View given = configured.find(whole); !given.raw().empty()) return given;
  const json::View given = configured.find(workspace_table).find(name);
  return given.raw().empty() ? effective.find(name) : given;
}

}  // namespace

bool leaves_out_documents(const Loading& loading) {
  return loading.leaves_out_project() || !loading.has_source("project");
}

std::string thread_params(ThreadCall call, const ConversationSpec& spec, const Choices& choices,
                          const std::string& config, const std::string& projects,
                          const ProviderPoint& of) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (call != ThreadCall::start) {
    out.member("threadId", std::string_view(of.conversation)).member("excludeTurns", true);
  }
  if (call == ThreadCall::fork) out.member_unless_empty("lastTurnId", of.turn);
  out.member("cwd", std::string_view(spec.workspace.cwd));
  out.member_unless_empty("model", choices.model);
  out.member_unless_empty("approvalPolicy", choices.approval);
  out.member("sandbox", "read-only");
  if (const auto& prompt = spec.workspace.system_prompt; prompt && call == ThreadCall::start) {
    const std::string said = v1::plain_text(prompt->content);
    out.member(prompt->mode == "override" ? "baseInstructions" : "developerInstructions",
               std::string_view(said));
  }
  out.key("config");
  write_config(out, spec, config, projects);
  out.end_object();
  return text;
}

std::string thread_id_params(const std::string& thread_id) {
  std::string out;
  json::Writer(out).begin_object().member("threadId", std::string_view(thread_id)).end_object();
  return out;
}

std::string last_turn_params(const std::string& thread_id) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("threadId", std::string_view(thread_id))
      .member("limit", 1)
      .member("sortDirection", "desc")
      .member("itemsView", "notLoaded")
      .end_object();
  return out;
}

std::string cwd_params(const std::string& cwd) {
  std::string out;
  json::Writer(out).begin_object().member("cwd", std::string_view(cwd)).end_object();
  return out;
}

std::string workspace_sandbox(json::View effective, const std::string& configured,
                              const v1::Workspace& workspace) {
  const auto setting = [&](std::string_view name) {
    return workspace_setting(effective, json::View(configured), name);
  };
  std::string text;
  json::Writer out(text);
  out.begin_object().member("type", "workspaceWrite").key("writableRoots").begin_array();
  for (const json::View root : setting("writable_roots").elements())
    if (const auto path = root.string()) out.string(*path);
  for (const std::string& root : workspace.additional_directories) out.string(root);
  out.end_array();
  out.member("networkAccess", setting("network_access").boolean().value_or(false));
  out.member("excludeTmpdirEnvVar", setting("exclude_tmpdir_env_var").boolean().value_or(false));
  out.member("excludeSlashTmp", setting("exclude_slash_tmp").boolean().value_or(false));
  out.end_object();
  return text;
}

}  // namespace tine::executor::codex
