// `tine session is-alive`: whether a process is at work in a session. The kernel tells: the lock
// goes with the process that holds it.

#include <memory>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

using session::store::Lock;

/// The exit code says it too: 0 for yes, 1 for no.
transport::Task<int> tell_life(World& world, std::string id) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  const auto folder = world.store.open(*entry);
  if (!folder) co_return failed(folder.error());
  if (!Lock::is_held(*folder)) {
    print("not in use\n");
    co_return exit_code::failed;
  }
  const auto holder = Lock::holder(*folder);
  // The file is written after the lock was taken, so for a moment it can name one that is dead.
  const bool is_named = holder && session::store::is_alive(*holder);
  print("in use" + (is_named ? " by " + visible_line(holder_text(*holder)) : std::string()) + "\n");
  co_return exit_code::good;
}

}  // namespace

const Verb session_is_alive_verb{
    .name = "is-alive",
    .help = "Tell whether a process is at work in a session",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([id](World& world, transport::CancelSource /*shutdown*/) {
          return tell_life(world, *id);
        });
      };
    },
    .examples = "Example:\n  tine session is-alive 01JH4Q && echo \"It is at work.\""};

}  // namespace tine::cli
