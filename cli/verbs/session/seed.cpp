// `tine session seed`.

#include <memory>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/verbs.h"

namespace tine::cli {
namespace {

transport::Task<int> seed_session(World& world, std::string id, bool off) {
  const auto entry = co_await world.store.find_prefix(id);
  Result<void> done;
  std::string said;
  if (!entry) {
    done = fail(entry.error());
  } else if (off) {
    const auto was = world.service.unmark_as_seed(entry->id);
    if (!was) done = fail(was.error());
    said = entry->id + (was && *was ? " is no seed any more\n" : " was no seed\n");
  } else {
    done = world.service.mark_as_seed(entry->id);
    said = entry->id + " is a seed for " + std::to_string(world.policy.seed_hours) + " hours\n";
    if (!world.policy.begins_from_seed)
      said += "nothing comes of it until your configuration has fork.seed = \"auto\"\n";
  }
  if (!done) co_return failed(done.error());
  print(said);
  co_return exit_code::good;
}

}  // namespace

const Verb session_seed_verb{
    .name = "seed",
    .help = "Have new sessions begin as forks of a session",
    .declare = [](Options& options) -> Run {
      struct Asked {
        std::string id;
        bool off = false;
      };
      const auto asked = std::make_shared<Asked>();
      options.argument("id", asked->id, "ID", Options::session)
          .flag("--off", asked->off, "No longer");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource /*shutdown*/) {
          return seed_session(world, asked->id, asked->off);
        });
      };
    },
    .examples = "Examples:\n  tine session seed 01JH4Q\n  tine session seed --off 01JH4Q"};

}  // namespace tine::cli
