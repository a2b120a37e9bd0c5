#include "cli/converse/followed.h"

#include <utility>

#include "cli/limits.h"
#include "session/record/data.h"
#include "session/record/lineage.h"
#include "session/store/lock.h"
#include "transport/event.h"

namespace tine::cli {

transport::Task<Result<std::unique_ptr<Followed>>> Followed::open(World& world, std::string id,
                                                                  std::uint64_t from_seq) {
  auto entry = co_await world.store.find_prefix(std::move(id));
  if (!entry) co_return fail(std::move(entry.error()));
  const auto chain = session::history_from(world.store, *entry, session::store::Damage::report);
  if (!chain) co_return fail(chain.error());
  co_return std::unique_ptr<Followed>(new Followed(world, std::move(*entry), **chain, from_seq));
}

transport::Task<Result<bool>> Followed::read(transport::CancelSource shutdown, See see) {
  namespace type = session::record_type;
  for (;;) {
    if (reader_.needs_disk()) co_await transport::yield(world_.loop);
    if (shutdown.cancelled()) co_return true;
    const auto line = reader_.next();
    if (!line) co_return fail(line.error());
    if (!*line) co_return true;
    if ((*line)->type == type::prompt) turn_open_ = true;
    if ((*line)->type == type::turn_end || (*line)->type == type::turn_aborted) turn_open_ = false;
    if (!see(**line)) co_return false;
  }
}

transport::Task<Result<bool>> Followed::follow(transport::CancelSource shutdown, See see) {
  const auto folder = world_.store.open(entry_);
  if (!folder) co_return fail(folder.error());
  const auto woken = std::make_shared<transport::Event>(world_.loop);
  const auto subscription = shutdown.on_cancel([woken] { woken->set(); });
  // What its process has in hand is written within a moment.
  bool may_begin = session::store::Lock::is_held(*folder);
  while ((turn_open_ || std::exchange(may_begin, false)) && !shutdown.cancelled()) {
    co_await woken->wait_for(limits::watching);
    // Asked before the reading: what it wrote last is read then.
    const bool runs = session::store::Lock::is_held(*folder);
    auto more = co_await read(shutdown, see);
    if (!more || !*more) co_return more;
    if (!runs && turn_open_) {
      co_return fail(
          Error(ErrorKind::backend_gone, "the process that ran the turn is gone")
              .with_hint("The turn can be given again: tine reply " + entry_.id + " \"…\"."));
    }
  }
  co_return true;
}

}  // namespace tine::cli
