#pragma once
// What a verb works with: the configuration, and the objects of the program, made when it asks for
// them.
//
// Made by main, for one verb; on the main thread.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "cli/config/config.h"
#include "cli/ephemeral_store.h"
#include "cli/home.h"
#include "cli/log/log_output.h"
#include "cli/options.h"
#include "cli/world.h"

namespace tine::cli {

class Program {
 public:
  Program(Env& the_env, Config the_config, HomeSource the_home, Common the_common);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Tells the redactor what the user has configured.
  Result<void> learn();

  Env& env;
  Config config;  ///< until there is a world, which has it then
  HomeSource home;
  Common common;
  Redactor redactor;

  /// Before there is a world: its sessions vanish with the program, and agents are given no
  /// documents of the project.
  Result<void> keep_nothing();
  /// The objects that work on sessions; made at the first call.
  World& world(LogDelivery delivery = LogDelivery::direct);

  /// Takes a Ctrl-C, while a verb has another use for it than the end of the program. False: the
  /// program ends.
  std::function<bool()> on_interrupt;

  using Work = std::function<transport::Task<int>(World&, transport::CancelSource shutdown)>;
  /// Does that on the loop, to its end; `shutdown` fires when the system asks the program to end.
  int run(const Work& work, LogDelivery delivery = LogDelivery::direct);

 private:
  std::vector<KnownSecret> secrets_;
  std::optional<EphemeralStore> ephemeral_;
  std::unique_ptr<Log> log_;
  std::optional<World> world_;
};

/// Prints the error; gives the exit code that stands for it.
int failed(const Error& error);
/// The same of what is wrong with the command line.
int misused(const Error& error);

}  // namespace tine::cli
