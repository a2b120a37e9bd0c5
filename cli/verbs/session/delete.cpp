// `tine session delete`.

#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/forget_words.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

/// Asks on the terminal. Without one nobody can say yes.
Result<bool> agreed(const std::string& question) {
  if (::isatty(STDIN_FILENO) != 1) {
    return fail(Error(ErrorKind::invalid_params, "there is no terminal to ask on")
                    .with_hint("Say --yes if the session is to be deleted."));
  }
  print_to_stderr(question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

struct DeleteAsked {
  std::string id;
  bool yes = false;
  bool purge = false;
};

transport::Task<int> delete_session(World& world, DeleteAsked asked) {
  const auto entry = co_await world.store.find_prefix(asked.id);
  if (!entry) co_return failed(entry.error());
  if (!asked.yes) {
    const auto yes = agreed("Delete session " + entry->id + ", " + title_text(entry->title) + "?");
    if (!yes) co_return failed(yes.error());
    if (!*yes) co_return exit_code::failed;
  }
  // Held until it is gone: a turn that runs in another process is not pulled from under it.
  std::optional<session::store::Lock> held;
  if (const auto folder = world.store.open(*entry)) {
    auto lock = session::store::Lock::take(
        *folder, session::store::this_process(world.env, "the session is deleted"));
    if (lock) {
      held = std::move(*lock);
    } else if (lock.error().kind == ErrorKind::session_locked) {
      co_return failed(lock.error());
    }
  }
  const session::store::Lock* const lock = held ? &*held : nullptr;
  auto removed = co_await world.service.remove(entry->id, lock);
  if (!removed) co_return failed(removed.error());
  const bool needed = world.store.find_any(entry->id).has_value();
  std::string_view rest =
      needed ? "; its files stay for the sessions that were forked from it" : "";
  if (needed && asked.purge) {
    if (!held) {
      co_return failed(Error(ErrorKind::storage_failed,
                             "the session is deleted, but its files could not be opened to purge "
                             "them"));
    }
    auto purged = co_await world.service.purge(entry->id, *held);
    if (!purged) co_return failed(purged.error());
    rest = "; of its files only what forks need is left";
  }
  co_await forget_words(world);
  print("deleted " + entry->id + std::string(rest) + "\n");
  co_return exit_code::good;
}

}  // namespace

const Verb session_delete_verb{
    .name = "delete",
    .help = "Delete a session",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<DeleteAsked>();
      options.argument("id", asked->id, "ID", Options::session)
          .flag("--yes", asked->yes, "Do not ask")
          .flag("--purge", asked->purge,
                "Also remove its files, except the part that its forks need");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource /*shutdown*/) {
          return delete_session(world, *asked);
        });
      };
    },
    .examples = "Example:\n  tine session delete --purge 01JH4Q"};

}  // namespace tine::cli
