// The program: builds the graph of objects and hands over to a verb.

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <filesystem>
#include <optional>

#include "base/json/redact.h"
#include "cli/arguments.h"
#include "cli/backends.h"
#include "cli/backends_verb.h"
#include "cli/config/explain.h"
#include "cli/config/files.h"
#include "cli/demo.h"
#include "cli/doctor.h"
#include "cli/exit_code.h"
#include "cli/home.h"
#include "cli/limits.h"
#include "cli/log/log_file.h"
#include "cli/log/log_output.h"
#include "cli/login.h"
#include "cli/mirror.h"
#include "cli/print.h"
#include "cli/redact_verb.h"
#include "cli/run_prompt.h"
#include "cli/secrets.h"
#include "cli/session/verbs.h"
#include "cli/system_env.h"
#include "cli/trust_verb.h"
#include "cli/welcome.h"
#include "cli/working_directory.h"
#include "cli/world.h"
#include "session/retention.h"
#include "transport/descriptors.h"
#include "transport/guardian.h"
#include "transport/process_tree.h"
#include "transport/stdio.h"

namespace tine::cli {
namespace {

/// Asks everything to end when the system does; gives the signal that came.
class Signals {
 public:
  explicit Signals(transport::Loop& loop) : set_(loop.executor(), SIGINT, SIGTERM, SIGHUP) {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      number_ = number;
      shutdown_.cancel();
      // A second one ends the program at once, as if it had never been caught.
      set_.clear();
    });
  }
  transport::CancelSource shutdown() const { return shutdown_; }
  std::optional<int> came() const { return number_; }
  void ignore() { set_.cancel(); }

 private:
  boost::asio::signal_set set_;
  transport::CancelSource shutdown_;
  std::optional<int> number_;
};

transport::Task<int> serve_stdio(World& world, transport::Stdio stdio,
                                 transport::RpcPeer::Mirror mirror,
                                 transport::CancelSource shutdown) {
  world.log.info("serving ACP; the backend is " + std::string(world.backends.preferred->name()) +
                 " (" + std::string(world.backends.preferred->kind()) +
                 "): " + world.config.default_reason);
  auto channel = transport::make_fd_channel(world.loop, std::move(stdio.in), std::move(stdio.out));
  world.loop.spawn(session::apply_policy_once(world.service));
  const bool good = co_await serve(world, std::move(channel), std::move(mirror), shutdown);
  co_return good ? exit_code::good : exit_code::failed;
}

/// Runs a verb to its end on the loop.
int run_to_end(World& world, Signals& signals, transport::Task<int> verb) {
  int code = exit_code::overdue;  // until the verb has ended
  world.loop.spawn([](World& the_world, Signals& the_signals, transport::Task<int> work,
                      int& result) -> transport::Task<void> {
    try {
      result = co_await std::move(work);
    } catch (const std::exception& fault) {
      the_world.log.error(std::string("the program ends early: ") + fault.what());
      result = exit_code::failed;
    }
    co_await the_world.syncer.finish();
    the_signals.ignore();
    the_world.loop.stop();
  }(world, signals, std::move(verb), code));
  const auto subscription = signals.shutdown().on_cancel([&world] { world.ending.begin(); });
  world.loop.run();
  // What is still alive is nobody's any more.
  transport::end_descendants(limits::killing, {});
  const bool has_ended = code != exit_code::overdue;
  if (signals.came() && has_ended) code = exit_code::by_signal + *signals.came();
  // What did not end in time might not let itself be destroyed either. When the verb has ended that
  // is the disk: all is written, and the system brings it there without us.
  if (world.ending.is_overdue()) ::_exit(code);
  return code;
}

std::string backend_lines(const World& world) {
  std::string out;
  for (const auto& backend : world.backends.all) {
    out += "  " + std::string(backend->name()) +
           (backend.get() == world.backends.preferred ? " (the default)" : "") + "\n";
  }
  return out;
}

Result<Config> read_config(const Env& env, const Arguments& arguments) {
  ConfigSources sources{
      .env = env, .read = read_config_file, .is_program = is_program, .flags = {}};
  if (!arguments.backend.empty()) sources.flags.push_back({"--backend", arguments.backend});
  if (!arguments.fork_strategy.empty())
    sources.flags.push_back({"--fork-strategy", arguments.fork_strategy});
  if (arguments.trust) sources.flags.push_back({"--trust", "always"});
  return load_config(sources);
}

/// As a session in this directory would have it.
int show_config(const Config& config, const Arguments& arguments, Redactor& redactor) {
  const auto cwd = working_directory(arguments.cwd);
  auto here = cwd ? overlay_project(config, *cwd, read_config_file) : Result<Config>(config);
  if (!here) {
    print_error(here.error());
    return exit_code::config;
  }
  session::Prices prices(here->prices_file, read_config_file);
  const auto fault = prices.take_fault();
  if (fault) here->warnings.push_back(fault->message);
  here->prices_file_exists = fault || prices.has_own();
  if (arguments.json) {
    print(json::redacted(explain_json(*here), redactor));
  } else {
    print(redactor.redacted(explain(*here, arguments.explain)));
  }
  return exit_code::good;
}

bool is_server(const Arguments& arguments) {
  if (arguments.verb == Verb::none) return ::isatty(STDIN_FILENO) != 1;
  return arguments.verb == Verb::acp;
}

LogPlan log_plan(const Config& config, const Env& env, bool serves) {
  const Settings& settings = config.settings;
  const std::string file = log_file(settings, env);
  return {.file = file,
          .json = settings.log_format == "json",
          .files = settings.log_files,
          .file_bytes = settings.log_file_bytes,
          .delivery = serves ? LogDelivery::queued : LogDelivery::direct,
          .on_stderr = level_on_stderr(config, file)};
}

int start(const Arguments& arguments, HomeSource home) {
  if (arguments.version) {
    print(version_text(arguments.json));
    return exit_code::good;
  }
  SystemEnv env;
  auto config = read_config(env, arguments);
  if (!config) {
    print_error(config.error());
    return exit_code::config;
  }
  if (!arguments.login.empty()) {
    print_error(log_in(*config, session::store::default_root(env), arguments.login));
    return exit_code::failed;
  }
  Redactor redactor(redaction_key(env));
  const std::vector<KnownSecret> secrets = learn_environment(redactor);
  if (auto told = learn_configured(redactor, config->settings); !told) {
    print_error(told.error());
    return exit_code::config;
  }
  if (arguments.verb == Verb::config) return show_config(*config, arguments, redactor);
  if (arguments.verb == Verb::backends)
    return backends_verb(env, *config, arguments.backends, arguments.json);
  if (arguments.verb == Verb::redact) {
    return arguments.check ? check_files(redactor, arguments.files) : redact_stdin(redactor);
  }
  const bool serves = is_server(arguments);
  Log log(env, level_named(config->settings.log_level),
          make_log_sink(log_plan(*config, env, serves), redactor));
  for (const std::string& warning : config->warnings) log.warning(warning);
  World world(env, log, redactor, std::move(*config));
  if (arguments.verb == Verb::trust) return trust_verb(world, arguments.trusted);
  Signals signals(world.loop);
  if (arguments.verb == Verb::session) {
    return run_to_end(world, signals, session_verb(world, arguments, signals.shutdown()));
  }
  if (arguments.verb == Verb::none && !serves) {
    print(welcome(std::filesystem::read_symlink("/proc/self/exe").string(), backend_lines(world)));
    return exit_code::good;
  }
  if (arguments.fork_from_caller) world.service.adopt_caller_first();
  switch (arguments.verb) {
    case Verb::run:
      return run_to_end(world, signals, run_prompt(world, arguments, signals.shutdown()));
    case Verb::demo:
      return run_to_end(world, signals, demo(world, signals.shutdown()));
    case Verb::doctor:
      return run_to_end(world, signals, doctor(world, home, arguments.json));
    default:
      break;
  }
  for (const std::string& gap : gaps_in(env, home)) log.info(gap);
  auto mirror = open_mirror(arguments.mirror, redactor, log);
  if (!mirror) {
    print_error(mirror.error());
    return exit_code::failed;
  }
  auto stdio = transport::claim_stdio();
  if (!stdio) {
    print_error(std::move(stdio.error()).with_hint(internal_hint(world.log_file)));
    return exit_code::failed;
  }
  return run_to_end(world, signals,
                    serve_stdio(world, std::move(*stdio), std::move(*mirror), signals.shutdown()));
}

}  // namespace
}  // namespace tine::cli

int main(int argc, char** argv) {
  if (tine::transport::is_guardian(argc, argv)) return tine::transport::guard(argv);
  tine::transport::fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  tine::transport::raise_descriptor_limit();
  const auto home = tine::cli::provide_home();
  const auto parsed = tine::cli::parse_arguments(argc, argv);
  if (const auto* notice = std::get_if<tine::cli::Notice>(&parsed)) {
    (notice->exit_code == 0 ? tine::cli::print : tine::cli::print_to_stderr)(notice->text);
    return notice->exit_code;
  }
  try {
    return tine::cli::start(std::get<tine::cli::Arguments>(parsed), home);
  } catch (const std::exception& fault) {
    // The system refuses what everything stands on: memory, or the loop's own descriptors.
    tine::cli::print_error(
        tine::Error(tine::ErrorKind::internal, std::string("tine cannot run: ") + fault.what()));
    return tine::cli::exit_code::failed;
  }
}
