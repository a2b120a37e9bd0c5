#include "cli/login.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/backends.h"
#include "transport/spawn.h"

namespace tine::cli {

Error log_in(const Config& config, const std::string& backend) {
  const BackendConfig* const found = config.find_backend(backend);
  if (found == nullptr) return {ErrorKind::config_invalid, "there is no backend " + backend};
  if (found->kind != BackendKind::codex)
    return {ErrorKind::unsupported, "the backend " + backend + " has no login of its own"};
  executor::codex::CodexSetup setup = codex_setup(*found);
  setup.command.emplace_back("login");
  const auto argv = transport::pointers(setup.command);
  const auto envp = transport::pointers(setup.environment);
  std::signal(SIGPIPE, SIG_DFL);  // ignored signals are inherited
  ::execvpe(argv.front(), argv.data(), envp.data());
  return transport::cannot_start(setup.command.front(), std::string(), errno);
}

}  // namespace tine::cli
