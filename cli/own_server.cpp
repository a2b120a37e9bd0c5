#include "cli/own_server.h"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "cli/config/schema.h"

namespace tine::cli {
namespace {

/// Where the store, the configuration and the backends' own files are, and their programs.
constexpr std::array<std::string_view, 6> places = {
    "HOME", "PATH", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME"};

void hand_on(const Env& env, std::string_view name, v1::McpServer& to) {
  auto value = env.variable(name);
  if (value && !value->empty())
    to.env.push_back({.name = std::string(name), .value = std::move(*value)});
}

/// The path of this program; after an update that of the new one.
std::string own_path() {
  constexpr std::string_view gone = " (deleted)";
  std::error_code unknown;
  std::string path = std::filesystem::read_symlink("/proc/self/exe", unknown).string();
  if (path.ends_with(gone)) path.resize(path.size() - gone.size());
  return path;
}

}  // namespace

std::function<v1::McpServer()> own_server(const Env& env) {
  return [&env] {
    v1::McpServer server;
    server.command = own_path();
    server.args = {"mcp"};
    for (const std::string_view each : places) hand_on(env, each, server);
    for (const SettingKey& key : setting_keys())
      if (!key.variable.empty()) hand_on(env, key.variable, server);
    return server;
  };
}

}  // namespace tine::cli
