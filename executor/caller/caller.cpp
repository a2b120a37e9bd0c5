#include "executor/caller/caller.h"

#include <algorithm>
#include <array>

#include "executor/claude/caller.h"

namespace tine::executor {
namespace {

/// The variables that an agent sets for each command that it runs.
struct Sign {
  CallingAgent agent;
  std::string_view flag;     ///< tells that it is there
  std::string_view session;  ///< names the session; empty: nothing does
};

// Claude Code 2.1.328, Codex 0.171.0, Gemini CLI 0.61.0 and OpenCode 1.18.33 were run.
constexpr std::array signs = {
    Sign{CallingAgent::claude, "CLAUDECODE", {}},
    Sign{CallingAgent::codex, "CODEX_THREAD_ID", "CODEX_THREAD_ID"},
    Sign{CallingAgent::codex, "CODEX_SANDBOX", {}},
    Sign{CallingAgent::gemini, "GEMINI_CLI", {}},
    Sign{CallingAgent::opencode, "OPENCODE", {}},
};

}  // namespace

std::string_view kind_of(CallingAgent agent) {
  switch (agent) {
    case CallingAgent::claude:
      return "claude";
    case CallingAgent::codex:
      return "codex";
    case CallingAgent::gemini:
      return "gemini";
    case CallingAgent::opencode:
      return "opencode";
  }
  return {};
}

std::string_view name_of(CallingAgent agent) {
  switch (agent) {
    case CallingAgent::claude:
      return "Claude Code";
    case CallingAgent::codex:
      return "Codex";
    case CallingAgent::gemini:
      return "Gemini CLI";
    case CallingAgent::opencode:
      return "OpenCode";
  }
  return {};
}

std::vector<Caller> callers(const Env& env) {
  std::vector<Caller> found;
  if (auto id = claude::caller_of(env))
    found.push_back({.agent = CallingAgent::claude, .session = std::move(*id)});
  for (const Sign& sign : signs) {
    if (env.variable(sign.flag).value_or("").empty()) continue;
    // One that tells its session comes first.
    const bool is_known = std::any_of(found.begin(), found.end(), [&sign](const Caller& each) {
      return each.agent == sign.agent;
    });
    if (is_known) continue;
    Caller caller{.agent = sign.agent, .session = {}};
    if (!sign.session.empty()) caller.session = env.variable(sign.session).value_or("");
    // All agents that name their sessions do it by UUIDs: nothing else becomes a part of a path.
    if (!caller.session.empty() && !claude::is_uuid(caller.session)) continue;
    found.push_back(std::move(caller));
  }
  return found;
}

std::optional<Caller> caller_for(const Env& env, std::string_view kind) {
  std::vector<Caller> found = callers(env);
  const auto same = std::find_if(found.begin(), found.end(), [kind](const Caller& each) {
    return kind_of(each.agent) == kind;
  });
  if (same != found.end()) return *same;
  if (found.size() != 1) return std::nullopt;
  return std::move(found.front());
}

}  // namespace tine::executor
