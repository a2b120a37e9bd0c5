#include "executor/acp/presets.h"

#include <algorithm>
#include <array>

namespace tine::executor::acp {
namespace {

constexpr Counting disjoint{.scope = Counting::Scope::turn, .cache = Counting::Cache::beside};
constexpr Counting totals{.scope = Counting::Scope::session, .cache = Counting::Cache::inside};

constexpr std::array table = {
    Preset{.name = "opencode",
           .title = "OpenCode",
           .program = "opencode",
           .argument = "acp",
           .install = "npm install -g opencode-ai",
           .login = "opencode auth login",
           .compact = "/compact",
           .tested = "1.18.33",
           .counting = disjoint},
    Preset{.name = "codex-acp",
           .title = "adapter for Codex",
           .program = "codex-acp",
           .argument = {},
           .install = "npm install -g @agentclientprotocol/codex-acp",
           .login = "codex login",
           .compact = "/compact",
           .tested = "2.6.0",
           .counting = disjoint,
           .forks_at_message = true},
    Preset{.name = "claude-agent-acp",
           .title = "adapter for Claude Code",
           .program = "claude-agent-acp",
           .argument = {},
           .install = "npm install -g @agentclientprotocol/claude-agent-acp",
           .login = "claude auth login",
           .compact = "/compact",
           .tested = "0.101.0",
           .counting = disjoint,
           .forks_at_message = true},
    Preset{.name = "gemini",
           .title = "Gemini CLI",
           .program = "gemini",
           .argument = "--acp",
           .install = "npm install -g @google/gemini-cli",
           .login = "gemini",
           .compact = "/compress",
           .tested = "0.61.0",
           .counting = {}},
    Preset{.name = "qwen",
           .title = "Qwen Code",
           .program = "qwen",
           .argument = "--acp",
           .install = "npm install -g @qwen-code/qwen-code",
           .login = "qwen",
           .compact = "/compress",
           .tested = "0.24.4",
           .counting = {}},
    Preset{.name = "copilot",
           .title = "GitHub Copilot CLI",
           .program = "copilot",
           .argument = "--acp",
           .install = "npm install -g @github/copilot",
           .login = "copilot login",
           .compact = "/compact",
           .tested = "1.0.102",
           .counting = totals},
    Preset{.name = "goose",
           .title = "goose",
           .program = "goose",
           .argument = "acp",
           .install = "see https://block.github.io/goose/",
           .login = "goose configure",
           .compact = {},
           .tested = {},
           .counting = {}},
    Preset{.name = "kimi",
           .title = "Kimi CLI",
           .program = "kimi",
           .argument = "acp",
           .install = "see https://github.com/MoonshotAI/kimi-cli",
           .login = "kimi",
           .compact = "/compact",
           .tested = {},
           .counting = {}},
    Preset{.name = "auggie",
           .title = "Auggie",
           .program = "auggie",
           .argument = "--acp",
           .install = "npm install -g @augmentcode/auggie",
           .login = "auggie login",
           .compact = {},
           .tested = {},
           .counting = {}},
    Preset{.name = "cline",
           .title = "Cline",
           .program = "cline",
           .argument = "--acp",
           .install = "npm install -g cline",
           .login = "cline auth",
           .compact = {},
           .tested = {},
           .counting = {}},
    Preset{.name = "vibe",
           .title = "Mistral Vibe",
           .program = "vibe-acp",
           .argument = {},
           .install = "see https://github.com/mistralai/mistral-vibe",
           .login = "vibe --setup",
           .compact = {},
           .tested = {},
           .counting = {}},
    Preset{.name = "cursor",
           .title = "Cursor CLI",
           .program = "cursor-agent",
           .argument = "acp",
           .install = "see https://cursor.com/docs/cli/acp",
           .login = "cursor-agent login",
           .compact = {},
           .tested = {},
           .counting = {}},
};

}  // namespace

std::vector<std::string> Preset::command() const {
  std::vector<std::string> words{std::string(program)};
  if (!argument.empty()) words.emplace_back(argument);
  return words;
}

std::span<const Preset> presets() { return table; }

const Preset* find_preset(std::string_view name) {
  const auto* const found = std::find_if(table.begin(), table.end(),
                                         [name](const Preset& each) { return each.name == name; });
  return found == table.end() ? nullptr : found;
}

}  // namespace tine::executor::acp
