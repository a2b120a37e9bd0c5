// The program: reads the command line and the configuration, and hands over to a verb.

#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>

#include "cli/config/files.h"
#include "cli/exit_code.h"
#include "cli/home.h"
#include "cli/login.h"
#include "cli/parse.h"
#include "cli/print.h"
#include "cli/serve.h"
#include "cli/system_env.h"
#include "cli/welcome.h"
#include "session/store/store.h"
#include "transport/descriptors.h"
#include "transport/guardian.h"
#include "transport/stdio.h"

namespace tine::cli {
namespace {

/// Says what the program is, as nobody has named a verb.
int greet(Program& program) {
  const World& world = program.world();
  std::string backends;
  for (const auto& backend : world.backends.all) {
    backends += "  " + std::string(backend->name()) +
                (backend.get() == world.backends.preferred ? " (the default)" : "") + "\n";
  }
  print(welcome(std::filesystem::read_symlink("/proc/self/exe").string(), backends));
  return exit_code::good;
}

/// Where no verb was named, an editor's pipe is served.
int run_unnamed(Program& program) {
  return ::isatty(STDIN_FILENO) == 1 ? greet(program) : serve_stdin(program, false);
}

int start(CommandLine line, HomeSource home) {
  if (line.common.version) {
    print(version_text(line.common.json));
    return exit_code::good;
  }
  SystemEnv env;
  auto config = load_config({.env = env,
                             .read = read_config_file,
                             .is_program = is_program,
                             .flags = line.common.settings});
  if (!config) return failed(config.error());
  if (!line.common.login.empty())
    return failed(log_in(*config, session::store::default_root(env), line.common.login));
  Program program(env, std::move(*config), home, std::move(line.common));
  if (const auto learnt = program.learn(); !learnt) return failed(learnt.error());
  return line.run ? line.run(program) : run_unnamed(program);
}

}  // namespace
}  // namespace tine::cli

int main(int argc, char** argv) {
  if (tine::transport::is_guardian(argc, argv)) tine::transport::guard(argv);
  tine::transport::fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  tine::transport::raise_descriptor_limit();
  const auto home = tine::cli::provide_home();
  auto parsed = tine::cli::parse_command_line(argc, argv);
  if (const auto* notice = std::get_if<tine::cli::Notice>(&parsed)) {
    (notice->exit_code == 0 ? tine::cli::print : tine::cli::print_to_stderr)(notice->text);
    return notice->exit_code;
  }
  try {
    return tine::cli::start(std::move(std::get<tine::cli::CommandLine>(parsed)), home);
  } catch (const std::exception& fault) {
    // The system refuses what everything stands on: memory, or the loop's own descriptors.
    tine::cli::print_error(
        tine::Error(tine::ErrorKind::internal, std::string("tine cannot run: ") + fault.what()));
    return tine::cli::exit_code::failed;
  }
}
