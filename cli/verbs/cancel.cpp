// `tine cancel`: ends the turns of a session, whichever process runs them.

#include <memory>

#include "cli/converse/watched.h"
#include "cli/exit_code.h"
#include "cli/limits.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "session/live/cancel_request.h"

namespace tine::cli {
namespace {

transport::Task<int> cancel(World& world, std::string id, transport::CancelSource shutdown) {
  auto session = co_await Watched::open(world, std::move(id));
  if (!session) co_return failed(session.error());
  if (!session->turn_open() || !session->is_held()) {
    co_return failed(Error(ErrorKind::unsupported, "no turn of the session runs")
                         .with_hint("`tine session show` says how it stands."));
  }
  const auto deadline = transport::deadline_in(limits::cancelling);
  while (session->turn_open() && session->is_held()) {
    if (shutdown.cancelled()) co_return exit_code::cancelled;
    if (std::chrono::steady_clock::now() > deadline) {
      co_return failed(Error(ErrorKind::timeout, "the turn has not ended in time")
                           .with_hint("Its process may be stopped: `tine session show` names it."));
    }
    // Repeated, as a turn that begins just now does not heed what was asked before.
    const auto asked = session::request_cancel(session->folder());
    if (!asked) co_return failed(asked.error());
    co_await transport::pause(world.loop, limits::watching);
    const auto looked = co_await session->look();
    if (!looked) co_return failed(looked.error());
  }
  print("cancelled " + session->id() + "\n");
  co_return exit_code::good;
}

}  // namespace

const Verb cancel_verb{.name = "cancel",
                       .help = "Cancel the turn of a session that another process runs",
                       .declare = [](Options& options) -> Run {
                         const auto id = std::make_shared<std::string>();
                         options.argument("id", *id, "ID", Options::session);
                         return [id](Program& program) {
                           return program.run([id](World& world, transport::CancelSource shutdown) {
                             return cancel(world, *id, std::move(shutdown));
                           });
                         };
                       },
                       .examples = "Example:\n  tine cancel 01JH4Q"};

}  // namespace tine::cli
