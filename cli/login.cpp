#include "cli/login.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "cli/agent_memory.h"
#include "cli/backends.h"
#include "protocol/v1/codec.h"
#include "transport/descriptors.h"
#include "transport/program_path.h"
#include "transport/spawn.h"

namespace tine::cli {
namespace {

/// How a login is run.
struct Run {
  std::vector<std::string> command;
  std::vector<std::string> environment;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// Of an ACP agent: the login in a terminal that it offered when it ran last, or what is known of
/// it.
Result<Run> run_of_agent(const BackendConfig& backend, const Result<std::string>& root,
                         std::string_view method) {
  executor::acp::Setup setup = acp_setup(backend);
  Run run{.command = setup.command, .environment = std::move(setup.environment)};
  const AgentMemory memory(session::store::system_files(), root, backend);
  const std::string greeting = memory.recall();
  const auto told =
      v1::read_result<v1::InitializeResponse>(json::View(greeting), ErrorKind::backend_failed);
  for (const v1::AuthMethod& each : told ? told->auth_methods : std::vector<v1::AuthMethod>()) {
    const bool is_asked_for = method.empty() || each.id == method;
    if (each.type != v1::AuthMethod::Type::terminal || !is_asked_for) continue;
    run.command.insert(run.command.end(), each.args.begin(), each.args.end());
    for (const auto& [name, value] : each.env)
      run.environment.push_back(std::string(name) += "=" + value);
    return run;
  }
  if (setup.login.empty()) {
    return fail(Error(ErrorKind::unsupported, "tine does not know how to log in to " + backend.name)
                    .with_hint("Log in with the agent's own program."));
  }
  run.command = words_of(setup.login);
  return run;
}

Result<Run> run_of(const BackendConfig& backend, const Result<std::string>& root,
                   std::string_view method) {
  if (backend.kind == BackendKind::acp) return run_of_agent(backend, root, method);
  if (backend.kind == BackendKind::codex) {
    executor::codex::Setup setup = codex_setup(backend);
    setup.command.emplace_back("login");
    return Run{.command = std::move(setup.command), .environment = std::move(setup.environment)};
  }
  if (backend.kind == BackendKind::claude) {
    executor::claude::Setup setup = claude_setup(backend);
    setup.command.insert(setup.command.end(), {"auth", "login"});
    return Run{.command = std::move(setup.command), .environment = std::move(setup.environment)};
  }
  return fail(ErrorKind::unsupported, "the backend " + backend.name + " has no login of its own");
}

}  // namespace

Error log_in(const Config& config, const Result<std::string>& root, const std::string& login) {
  const std::size_t colon = std::min(login.find(':'), login.size());
  const std::string backend = login.substr(0, colon);
  const BackendConfig* const found = config.find_backend(backend);
  if (found == nullptr) return {ErrorKind::config_invalid, "there is no backend " + backend};
  const auto run =
      run_of(*found, root, std::string_view(login).substr(std::min(colon + 1, login.size())));
  if (!run) return run.error();
  const std::string program =
      transport::program_path(run->command.front(), transport::path_in(run->environment));
  if (program.empty()) return transport::cannot_start(run->command.front(), std::string(), ENOENT);
  const auto argv = transport::pointers(run->command);
  const auto envp = transport::pointers(run->environment);
  std::signal(SIGPIPE, SIG_DFL);  // ignored signals are inherited
  transport::set_descriptor_limit(0, transport::given_descriptor_limit());
  ::execve(program.c_str(), argv.data(), envp.data());
  return transport::cannot_start(run->command.front(), std::string(), errno);
}

}  // namespace tine::cli
