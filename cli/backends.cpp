#include "cli/backends.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "cli/agent_memory.h"
#include "cli/config/files.h"
#include "cli/own_server.h"
#include "executor/claude/documents.h"
#include "executor/codex/documents.h"
#include "executor/rehearsal/rehearsal.h"

namespace tine::cli {
namespace {

std::string names_of(const session::Backends& backends) {
  std::string out;
  for (const auto& each : backends.all) out.append(out.empty() ? "" : ", ").append(each->name());
  return out;
}

Failure no_such_backend(const session::Backends& backends, bool asked_by_client) {
  Error error(ErrorKind::invalid_params, "no such backend; available: " + names_of(backends));
  if (!asked_by_client) return fail(std::move(error));
  error.path = "params._meta.tine.backend";
  error.message += ", at " + error.path;
  return fail(std::move(error));
}

/// What tells of the agent that has called us, or is another backend's, is none of Codex's.
bool is_codex_own(std::string_view name) {
  if (name == "CLAUDECODE" || name == "CODEX_THREAD_ID" || name == "CODEX_SESSION_ID" ||
      name == "CODEX_TOOL_CALL_ID" || name.starts_with("CODEX_SANDBOX"))
    return false;
  return !name.starts_with("CLAUDE_") && !name.starts_with("ANTHROPIC_");
}

/// Of Claude Code's own what tells of the session that has called us is left out by its backend.
bool is_claude_own(std::string_view name) {
  return !name.starts_with("CODEX_") && !name.starts_with("OPENAI_");
}

/// An agent may work with any provider and gets the keys of all. What tells of the agent that has
/// called us is left out.
bool is_agents_own(std::string_view name) {
  return name.starts_with("ANTHROPIC_") || is_codex_own(name);
}

/// What is inherited, as far as it is the backend's `own`, and what is configured.
std::vector<std::string> environment_of(const Variables& configured,
                                        bool (*own)(std::string_view name)) {
  std::vector<std::string> out;
  const auto is_configured = [&configured](std::string_view wanted) {
    return std::any_of(configured.begin(), configured.end(),
                       [wanted](const auto& each) { return wanted == each.first; });
  };
  for (char** entry = ::environ; *entry != nullptr; ++entry) {  // NOLINT: as the system has it
    const std::string_view inherited = *entry;
    const std::string_view name = inherited.substr(0, inherited.find('='));
    if (name.starts_with("TINE_") || !own(name) || is_configured(name)) continue;
    out.emplace_back(inherited);
  }
  for (const auto& [name, value] : configured) out.push_back(std::string(name) += "=" + value);
  return out;
}

executor::rehearsal::Manner manner(const Env& env) {
  return {.prepares = env.variable("TINE_REHEARSAL_PREPARES") == "1",
          .looks = env.variable("TINE_REHEARSAL_LOOKS") == "1",
          .caller = env.variable("TINE_REHEARSAL_CALLER").value_or("")};
}

}  // namespace

executor::codex::Setup codex_setup(const BackendConfig& config) {
  executor::codex::Setup setup;
  setup.name = config.name;
  setup.command = config.command;
  if (setup.command.empty()) setup.command.emplace_back(name_of(BackendKind::codex));
  setup.environment = environment_of(config.env, is_codex_own);
  setup.defaults = {.model = config.model,
                    .effort = config.effort,
                    .approval = config.approval_policy,
                    .sandbox = config.sandbox,
                    .config = config.config.text};
  setup.own_recipe = config.recipe;
  using std::chrono::seconds;
  if (config.first_response_seconds > 0)
    setup.patience.first_response = seconds(config.first_response_seconds);
  if (config.idle_seconds > 0) setup.patience.idle = seconds(config.idle_seconds);
  return setup;
}

executor::claude::Setup claude_setup(const BackendConfig& config) {
  using std::chrono::seconds;
  executor::claude::Setup setup;
  setup.name = config.name;
  setup.command = config.command;
  if (setup.command.empty()) setup.command.emplace_back(name_of(BackendKind::claude));
  Variables variables = config.env;
  if (config.max_retries != kind_decides)
    variables.emplace_back("CLAUDE_CODE_MAX_RETRIES", std::to_string(config.max_retries));
  setup.environment = environment_of(variables, is_claude_own);
  setup.own_recipe = config.recipe;
  if (config.first_response_seconds > 0)
    setup.patience.model = seconds(config.first_response_seconds);
  if (config.idle_seconds > 0) setup.patience.tool = seconds(config.idle_seconds);
  setup.defaults = {.model = config.model,
                    .effort = config.effort,
                    .mode = config.permission_mode,
                    .allow_bypass = config.allow_bypass};
  return setup;
}

executor::acp::Setup acp_setup(const BackendConfig& config) {
  executor::acp::Setup setup;
  setup.name = config.name;
  setup.command = config.command;
  setup.environment = environment_of(config.env, is_agents_own);
  setup.rights = executor::width_named(config.rights);
  if (const auto* const preset = executor::acp::find_preset(config.preset)) {
    setup.counting = preset->counting;
    setup.forks_at_message = preset->forks_at_message;
    setup.install = preset->install;
    setup.login = preset->login;
  }
  using std::chrono::seconds;
  if (config.first_response_seconds > 0)
    setup.patience.first_response = seconds(config.first_response_seconds);
  if (config.idle_seconds > 0) setup.patience.idle = seconds(config.idle_seconds);
  return setup;
}

namespace {

/// Codex's own configuration, with which it reads no AGENTS.md.
std::string without_documents(const std::string& config) {
  json::Document out = config.empty() ? json::Document::object() : json::parsed(config);
  out["project_doc_max_bytes"] = 0;
  return json::text_of(out);
}

}  // namespace

session::Backends make_backends(transport::Loop& loop, transport::Worker& worker, Env& env,
                                Log& log, Redactor& redactor, const Config& config,
                                const Result<std::string>& root, executor::Admission& admission) {
  session::Backends backends;
  for (const BackendConfig& each : config.backends) {
    if (each.documents && !config.ephemeral) backends.given_documents.insert(each.name);
    if (each.kind == BackendKind::codex) {
      executor::codex::Setup setup = codex_setup(each);
      setup.admission = &admission;
      if (config.ephemeral) setup.defaults.config = without_documents(setup.defaults.config);
      backends.all.push_back(std::make_unique<executor::codex::Codex>(loop, worker, env, log,
                                                                      redactor, std::move(setup)));
    } else if (each.kind == BackendKind::claude) {
      executor::claude::Setup setup = claude_setup(each);
      setup.admission = &admission;
      setup.reads_folder = !config.ephemeral;
      backends.all.push_back(std::make_unique<executor::claude::Claude>(
          loop, worker, env, log, redactor, std::move(setup)));
    } else if (each.kind == BackendKind::acp) {
      executor::acp::Setup setup = acp_setup(each);
      setup.admission = &admission;
      // One process serves all sessions: its environment names no session, only their depth.
      if (const auto depth =
              executor::depth_below(env, static_cast<std::uint64_t>(config.settings.max_depth)))
        setup.environment.push_back("TINE_DEPTH=" + std::to_string(*depth));
      const AgentMemory memory(session::store::system_files(), root, each);
      setup.greeting = memory.recall();
      setup.keep = [memory](const std::string& greeting) { return memory.keep(greeting); };
      backends.all.push_back(
          std::make_unique<executor::acp::Acp>(loop, worker, log, redactor, std::move(setup)));
    } else if (each.kind == BackendKind::rehearsal) {
      backends.all.push_back(
          std::make_unique<executor::rehearsal::Rehearsal>(loop, each.name, manner(env)));
    }
  }
  backends.preferred = backends.named(config.default_backend);
  // What keeps nothing has nothing to tell.
  if (!config.ephemeral) backends.own_server = own_server(env);
  return backends;
}

std::function<executor::Documents()> documents_of(const BackendConfig& config,
                                                  const std::string& cwd,
                                                  executor::FolderTrust trust,
                                                  executor::Loading loading) {
  if (config.kind == BackendKind::codex) {
    return [places = executor::codex::places_of(codex_setup(config).environment, cwd),
            own = config.config.text, trust = std::move(trust), loading = std::move(loading)] {
      return executor::codex::documents(places, own, trust, loading);
    };
  }
  if (config.kind == BackendKind::claude) {
    std::vector<std::string> environment = claude_setup(config).environment;
    auto places = executor::claude::places_of(environment, cwd, {});
    return [places = std::move(places), environment = std::move(environment),
            trust = std::move(trust), loading = std::move(loading)] {
      return executor::claude::documents(places, environment, trust, loading);
    };
  }
  if (config.kind == BackendKind::rehearsal) return [] { return executor::Documents(); };
  return {};
}

session::Chooser make_chooser(const session::Backends& backends, const Config& config) {
  return [&backends, &config](const std::string& cwd,
                              const std::string& wish) -> Result<session::Choices> {
    const auto project = overlay_project(config, cwd, read_config_file);
    if (!project) return fail(project.error());
    session::Choices choices;
    choices.backend = backends.named(wish.empty() ? project->default_backend : wish);
    if (choices.backend == nullptr) return no_such_backend(backends, !wish.empty());

    const BackendConfig* configured = project->find_backend(choices.backend->name());
    if (configured == nullptr) return choices;
    SessionDefaults defaults = session_defaults(*project, *configured);
    const v1::ModeState modes = choices.backend->settings().modes;
    std::vector<std::string_view> narrowest_first;
    narrowest_first.reserve(modes.available.size());
    for (const v1::Mode& mode : modes.available) narrowest_first.push_back(mode.id);
    const std::string& otherwise =
        defaults.mode_otherwise.empty() ? modes.current : defaults.mode_otherwise;
    if (auto good = check_project_mode(*project, otherwise, narrowest_first); !good) {
      return fail(std::move(good.error()));
    }
    auto rules = permission_rules(*project);
    if (!rules) return fail(std::move(rules.error()));
    choices.permissions = std::move(*rules);
    choices.has_tools = project->settings.memory_mcp && backends.own_server;
    choices.mode = std::move(defaults.mode);
    choices.model = std::move(defaults.model);
    choices.effort = std::move(defaults.effort);
    return choices;
  };
}

}  // namespace tine::cli
