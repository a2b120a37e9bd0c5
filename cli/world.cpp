#include "cli/world.h"

#include "cli/backends.h"

namespace tine::cli {

World::World(Env& the_env, Log& the_log, Redactor& the_redactor, Config the_config)
    : env(the_env),
      log(the_log),
      redactor(the_redactor),
      config(std::move(the_config)),
      backends(make_backends(loop, config)),
      service(loop, the_env, the_redactor, backends, make_chooser(backends, config)) {}

}  // namespace tine::cli
