#include "executor/acp/folder.h"

#include <array>
#include <filesystem>
#include <string_view>

#include "executor/acp/limits.h"

namespace tine::executor::acp {
namespace {

namespace fs = std::filesystem;

/// Files and folders in which agents are told what to start: MCP servers, hooks, tools, plugins.
constexpr std::array<std::string_view, 18> what_agents_read = {
    ".mcp.json",        ".claude",        ".codex",   ".gemini",  ".qwen",
    ".opencode",        ".goose",         ".cursor",  ".copilot", ".github/hooks",
    ".vscode/mcp.json", ".kimi",          ".augment", ".cline",   ".clinerules",
    "opencode.json",    "opencode.jsonc", ".agents"};

bool is_there(const fs::path& path) {
  std::error_code fault;
  const auto status = fs::symlink_status(path, fault);
  // What cannot be looked at counts as being there.
  return status.type() != fs::file_type::not_found;
}

}  // namespace

FolderFacts look(const std::string& folder, const std::string& home) {
  FolderFacts facts;
  std::size_t steps = 0;
  for (fs::path at = folder; steps < limits::folders_above; at = at.parent_path(), ++steps) {
    if (at != fs::path(home)) {
      for (const std::string_view name : what_agents_read)
        if (is_there(at / name)) facts.starts.push_back((at / name).string());
    }
    if (is_there(at / ".git") || !at.has_relative_path()) break;
  }
  // An agent may read more of them than their names, which is what a trust would be kept for.
  facts.unclear = !facts.starts.empty();
  return facts;
}

}  // namespace tine::executor::acp
