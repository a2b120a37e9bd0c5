// `tine session logs`: what happened in a session, and what happens.

#include <deque>
#include <memory>

#include "cli/converse/followed.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/events.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"

namespace tine::cli {
namespace {

constexpr std::int64_t most_lines = 1'000'000;

struct LogsAsked {
  std::string id;
  std::int64_t tail = 0;  ///< 0: all
  bool follow = false;
};

transport::Task<int> show_logs(World& world, LogsAsked asked, transport::CancelSource shutdown) {
  const auto session = co_await Followed::open(world, asked.id, 0);
  if (!session) co_return failed(session.error());
  Followed& records = **session;
  Events events;
  std::deque<std::string> last;
  const auto most = static_cast<std::size_t>(asked.tail);
  const auto keep = [&](const session::store::Line& line) {
    std::string text = events.take(line);
    if (text.empty()) return true;
    if (most == 0) return print(text + "\n");
    last.push_back(std::move(text));
    if (last.size() > most) last.pop_front();
    return true;
  };
  const auto read = co_await records.read(shutdown, keep);
  if (!read) co_return failed(read.error());
  for (const std::string& each : last) print(each + "\n");
  if (!*read || shutdown.cancelled()) co_return exit_code::failed;
  if (!asked.follow) co_return exit_code::good;
  if (!records.turn_open()) print_to_stderr("No turn runs.\n");
  const auto show = [&events](const session::store::Line& line) {
    const std::string text = events.take(line);
    return text.empty() || print(text + "\n");
  };
  const auto followed = co_await records.follow(std::move(shutdown), show);
  if (!followed) co_return failed(followed.error());
  co_return *followed ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb session_logs_verb{
    .name = "logs",
    .help = "Show what happened in a session, a line an event",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<LogsAsked>();
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
