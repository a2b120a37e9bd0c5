#include "cli/program.h"

#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <utility>

#include "cli/exit_code.h"
#include "cli/limits.h"
#include "cli/log/log_file.h"
#include "cli/print.h"
#include "cli/secrets.h"
#include "transport/process_tree.h"

namespace tine::cli {
namespace {

/// Asks everything to end when the system does; gives the signal that came.
class Signals {
 public:
  Signals(transport::Loop& loop, const std::function<bool()>& on_interrupt)
      : set_(loop.executor(), SIGINT, SIGTERM, SIGHUP), on_interrupt_(on_interrupt) {
    wait();
  }
  transport::CancelSource shutdown() const { return shutdown_; }
  std::optional<int> came() const { return number_; }
  void ignore() { set_.cancel(); }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      if (number == SIGINT && on_interrupt_ && on_interrupt_()) return wait();
      number_ = number;
      shutdown_.cancel();
      // A second one ends the program at once, as if it had never been caught.
      set_.clear();
    });
  }

  boost::asio::signal_set set_;
  const std::function<bool()>& on_interrupt_;
  transport::CancelSource shutdown_;
  std::optional<int> number_;
};

LogPlan log_plan(const Config& config, const Env& env, LogDelivery delivery) {
  const Settings& settings = config.settings;
  const std::string file = log_file(settings, env);
  return {.file = file,
          .json = settings.log_format == "json",
          .files = settings.log_files,
          .file_bytes = settings.log_file_bytes,
          .delivery = delivery,
          .on_stderr = level_on_stderr(config, file)};
}

transport::Task<void> play(World& world, Signals& signals, const Program::Work& work, int& code) {
  try {
    code = co_await work(world, signals.shutdown());
  } catch (const std::exception& fault) {
    world.log.error(std::string("the program ends early: ") + fault.what());
    code = exit_code::failed;
  }
  co_await world.admission.finish();
  co_await world.syncer.finish();
  signals.ignore();
  world.loop.stop();
}

}  // namespace

Program::Program(Env& the_env, Config the_config, HomeSource the_home, Common the_common)
    : env(the_env),
      config(std::move(the_config)),
      home(the_home),
      common(std::move(the_common)),
      redactor(redaction_key(env)),
      secrets_(learn_environment(redactor)) {}

Result<void> Program::learn() { return learn_configured(redactor, config.settings); }

Result<void> Program::keep_nothing() {
  const auto root = session::store::default_root(env);
  if (!root) return fail(root.error());
  auto made = EphemeralStore::make(*root);
  if (!made) return fail(std::move(made.error()));
  ephemeral_.emplace(std::move(*made));
  config.ephemeral = true;
  return {};
}

World& Program::world(LogDelivery delivery) {
  if (!world_) {
    log_ = std::make_unique<Log>(env, level_named(config.settings.log_level),
                                 make_log_sink(log_plan(config, env, delivery), redactor));
    for (const std::string& warning : config.warnings) log_->warning(warning);
    const Result<std::string> root = session::store::default_root(env);
    if (root) EphemeralStore::sweep(*root);
    world_.emplace(env, *log_, redactor, std::move(config), root,
                   ephemeral_ ? Result<std::string>(ephemeral_->path()) : root);
  }
  return *world_;
}

int Program::run(const Work& work, LogDelivery delivery) {
  World& all = world(delivery);
  Signals signals(all.loop, on_interrupt);
  int code = exit_code::overdue;  // until the work has ended
  all.loop.spawn(play(all, signals, work, code));
  const auto subscription = signals.shutdown().on_cancel([&all] { all.ending.begin(); });
  all.loop.run();
  // What is still alive is nobody's any more.
  transport::end_descendants(limits::killing, {});
  const bool has_ended = code != exit_code::overdue;
  if (signals.came() && has_ended) code = exit_code::by_signal + *signals.came();
  // What did not end in time might not let itself be destroyed either. When the verb has ended that
  // is the disk: all is written, and the system brings it there without us.
  if (all.ending.is_overdue()) ::_exit(code);
  return code;
}

int failed(const Error& error) {
  print_error(error);
  return exit_code::of(error.kind);
}

int misused(const Error& error) {
  print_error(error);
  return exit_code::usage;
}

}  // namespace tine::cli
