#include "cli/login.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/backends.h"
#include "transport/descriptors.h"
#include "transport/program_path.h"
#include "transport/spawn.h"

namespace tine::cli {

Error log_in(const Config& config, const std::string& backend) {
  const BackendConfig* const found = config.find_backend(backend);
  if (found == nullptr) return {ErrorKind::config_invalid, "there is no backend " + backend};
  std::vector<std::string> command;
  std::vector<std::string> environment;
  if (found->kind == BackendKind::codex) {
    executor::codex::Setup setup = codex_setup(*found);
    command = std::move(setup.command);
    command.emplace_back("login");
    environment = std::move(setup.environment);
  } else if (found->kind == BackendKind::claude) {
    executor::claude::Setup setup = claude_setup(*found);
    command = std::move(setup.command);
    command.insert(command.end(), {"auth", "login"});
    environment = std::move(setup.environment);
  } else {
    return {ErrorKind::unsupported, "the backend " + backend + " has no login of its own"};
  }
  const std::string program =
      transport::program_path(command.front(), transport::path_in(environment));
  if (program.empty()) return transport::cannot_start(command.front(), std::string(), ENOENT);
  const auto argv = transport::pointers(command);
  const auto envp = transport::pointers(environment);
  std::signal(SIGPIPE, SIG_DFL);  // ignored signals are inherited
  transport::set_descriptor_limit(0, transport::given_descriptor_limit());
  ::execve(program.c_str(), argv.data(), envp.data());
  return transport::cannot_start(command.front(), std::string(), errno);
}

}  // namespace tine::cli
