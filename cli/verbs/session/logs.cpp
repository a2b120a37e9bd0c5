// `tine session logs`: what happened in a session, and what happens.

#include <deque>
#include <memory>

#include "cli/exit_code.h"
#include "cli/limits.h"
#include "cli/print.h"
#include "cli/verbs/session/events.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/record/chain_reader.h"
#include "session/record/lineage.h"
#include "session/store/lock.h"
#include "transport/event.h"

namespace tine::cli {
namespace {

using session::ChainReader;
using session::store::Damage;

constexpr std::int64_t most_lines = 1'000'000;

struct Asked {
  std::string id;
  std::int64_t tail = 0;  ///< 0: all
  bool follow = false;
};

/// Reads what is written by now. `show` gives false when nobody reads any more.
template <class Show>
transport::Task<Result<bool>> read_on(World& world, ChainReader& reader, Events& events,
                                      transport::CancelSource shutdown, Show show) {
  for (;;) {
    if (reader.needs_disk()) co_await transport::yield(world.loop);
    if (shutdown.cancelled()) co_return true;
    const auto line = reader.next();
    if (!line) co_return fail(line.error());
    if (!*line) co_return true;
    std::string text = events.take(**line);
    if (!text.empty() && !show(std::move(text))) co_return false;
  }
}

/// Shows what another process adds, until the turn has ended.
transport::Task<int> follow(World& world, session::store::IndexEntry entry, ChainReader& reader,
                            Events& events, transport::CancelSource shutdown) {
  const auto folder = world.store.open(entry);
  if (!folder) co_return failed(folder.error());
  const auto show = [](std::string text) { return print(text + "\n"); };
  const auto woken = std::make_shared<transport::Event>(world.loop);
  const auto subscription = shutdown.on_cancel([woken] { woken->set(); });
  while (events.turn_open() && !shutdown.cancelled()) {
    co_await woken->wait_for(limits::watching);
    // Asked before the reading: what it wrote last is read then.
    const bool runs = session::store::Lock::is_held(*folder);
    const auto read = co_await read_on(world, reader, events, shutdown, show);
    if (!read) co_return failed(read.error());
    if (!*read) co_return exit_code::failed;
    if (!runs && events.turn_open()) {
      co_return failed(
          Error(ErrorKind::unsupported, "the process that ran the turn is gone")
              .with_hint("The turn can be given again: tine reply " + entry.id + " \"…\"."));
    }
  }
  co_return exit_code::good;
}

transport::Task<int> show_logs(World& world, Asked asked, transport::CancelSource shutdown) {
  const auto entry = co_await world.store.find_prefix(asked.id);
  if (!entry) co_return failed(entry.error());
  const auto chain = session::history_from(world.store, *entry, Damage::report);
  if (!chain) co_return failed(chain.error());
  ChainReader reader(world.store, **chain, 0, Damage::report);
  Events events;
  std::deque<std::string> last;
  const auto most = static_cast<std::size_t>(asked.tail);
  const auto show = [&](std::string text) {
    if (most == 0) return print(text + "\n");
    last.push_back(std::move(text));
    if (last.size() > most) last.pop_front();
    return true;
  };
  const auto read = co_await read_on(world, reader, events, shutdown, show);
  if (!read) co_return failed(read.error());
  for (const std::string& each : last) print(each + "\n");
  if (!*read || shutdown.cancelled()) co_return exit_code::failed;
  if (!asked.follow) co_return exit_code::good;
  if (!events.turn_open()) print_to_stderr("No turn runs.\n");
  co_return co_await follow(world, *entry, reader, events, std::move(shutdown));
}

}  // namespace

const Verb session_logs_verb{
    .name = "logs",
    .help = "Show what happened in a session, a line an event",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<Asked>();
      options.argument("id", asked->id, "ID", Options::session)
          .value("--tail", asked->tail, most_lines, "N", "Only the last N lines")
          .flag("--follow", asked->follow, "Go on until the turn that runs has ended");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return show_logs(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples = "Example:\n  tine session logs 01JH4Q --tail 5 --follow"};

}  // namespace tine::cli
