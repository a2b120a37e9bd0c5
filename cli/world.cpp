#include "cli/world.h"

#include "cli/backends.h"

namespace tine::cli {

World::World(Env& the_env, Log& the_log, Config the_config)
    : env(the_env),
      log(the_log),
      config(std::move(the_config)),
      backends(make_backends(loop, config)),
      service(loop, the_env, backends, make_chooser(backends, config)) {}

}  // namespace tine::cli
