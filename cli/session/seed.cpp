// `tine session seed`.

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/session/verbs.h"

namespace tine::cli {

transport::Task<int> seed_session(World& world, const Arguments& arguments) {
  const auto entry = co_await world.store.find_prefix(arguments.session.id);
  Result<void> done;
  std::string said;
  if (!entry) {
    done = fail(entry.error());
  } else if (arguments.session.off) {
    const auto was = world.service.unmark_as_seed(entry->id);
    if (!was) done = fail(was.error());
    said = entry->id + (was && *was ? " is no seed any more\n" : " was no seed\n");
  } else {
    done = world.service.mark_as_seed(entry->id);
    said = entry->id + " is a seed for " + std::to_string(world.policy.seed_hours) + " hours\n";
    if (!world.policy.begins_from_seed)
      said += "nothing comes of it until your configuration has fork.seed = \"auto\"\n";
  }
  if (!done) {
    print_error(done.error());
    co_return exit_code::failed;
  }
  print(said);
  co_return exit_code::good;
}

}  // namespace tine::cli
