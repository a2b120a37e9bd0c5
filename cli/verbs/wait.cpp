// `tine wait`: returns when no turn of the sessions runs any more.

#include <memory>
#include <vector>

#include "cli/converse/watched.h"
#include "cli/exit_code.h"
#include "cli/limits.h"
#include "cli/print.h"
#include "cli/verb.h"

namespace tine::cli {
namespace {

/// Seconds that can be waited for: a year.
constexpr std::int64_t longest_wait = 365LL * 24 * 3600;

struct WaitAsked {
  std::vector<std::string> ids;
  std::int64_t timeout = 0;
};

transport::Task<int> wait_for(World& world, WaitAsked asked, transport::CancelSource shutdown) {
  std::vector<Watched> sessions;
  for (const std::string& id : asked.ids) {
    auto session = co_await Watched::open(world, id);
    if (!session) co_return failed(session.error());
    sessions.push_back(std::move(*session));
  }
  const auto seconds = asked.timeout > 0 ? asked.timeout : longest_wait;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  int code = exit_code::good;
  for (Watched& session : sessions) {
    while (session.turn_open() && session.is_held()) {
      if (shutdown.cancelled()) co_return exit_code::cancelled;
      if (std::chrono::steady_clock::now() > deadline) {
        co_return failed(Error(ErrorKind::timeout, "a turn of " + session.id() + " still runs")
                             .with_hint("`tine cancel` ends it."));
      }
      co_await transport::pause(world.loop, limits::watching);
      const auto looked = co_await session.look();
      if (!looked) co_return failed(looked.error());
    }
    // What its process wrote last may have come behind the last look.
    const auto looked = co_await session.look();
    if (!looked) co_return failed(looked.error());
    if (session.turn_open()) {
      code = failed(Error(ErrorKind::backend_gone,
                          "the process that ran the turn of " + session.id() + " has gone")
                        .with_hint("`tine reply` goes on with the session."));
    }
  }
  co_return code;
}

}  // namespace

const Verb wait_verb{
    .name = "wait",
    .help = "Wait until no turn of the sessions runs any more",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<WaitAsked>();
      options.rest("ids", asked->ids, "ID", Options::session)
          .required()
          .value("--timeout", asked->timeout, longest_wait, "SECONDS", "Wait so long at most");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return wait_for(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n  tine wait 01JH4Q 01JH5R\n  tine wait 01JH4Q && tine session result 01JH4Q"};

}  // namespace tine::cli
