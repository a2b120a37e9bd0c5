// `tine session clean` and `tine session delete`.

#include <unistd.h>

#include <iostream>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/session/verbs.h"
#include "cli/session/words.h"
#include "session/retention.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

int failed(const Error& error) {
  print_error(error);
  return exit_code::failed;
}

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

}  // namespace

transport::Task<int> clean_sessions(World& world, const Arguments& arguments,
                                    transport::CancelSource shutdown) {
  session::RetentionLimits bounds = session::limits_of(world.policy);
  if (arguments.session.days > 0) bounds = {.days = arguments.session.days, .total_bytes = 0};
  session::Retention retention(world.service);
  auto plan = co_await retention.plan(bounds, shutdown);
  if (!plan) co_return failed(plan.error());
  if (arguments.session.dry_run) {
    print(plan_text(*plan));
    co_return exit_code::good;
  }
  const auto outcome = co_await retention.carry_out(std::move(*plan), shutdown);
  if (!outcome) co_return failed(outcome.error());
  std::string text =
      "removed " + counted(outcome->sessions, "session") + ", " + size_text(outcome->bytes) + "\n";
  for (const session::Family& each : outcome->spared)
    text += "in use now, and kept: " + each.members.back().id + " and what was forked from it\n";
  print(text);
  co_return exit_code::good;
}

transport::Task<int> delete_session(World& world, const Arguments& arguments) {
  const auto entry = co_await world.store.find_prefix(arguments.session.id);
  if (!entry) co_return failed(entry.error());
  if (!arguments.session.yes) {
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
  if (needed && arguments.session.purge) {
    if (!held) {
      co_return failed(Error(ErrorKind::storage_failed,
                             "the session is deleted, but its files could not be opened to purge "
                             "them"));
    }
    auto purged = co_await world.service.purge(entry->id, *held);
    if (!purged) co_return failed(purged.error());
    rest = "; of its files only what forks need is left";
  }
  print("deleted " + entry->id + std::string(rest) + "\n");
  co_return exit_code::good;
}

}  // namespace tine::cli
