// `tine session is-alive`: whether a process is at work in a session. The kernel tells: the lock
// goes with the process that holds it.

#include <memory>

#include "base/json/writer.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

using session::store::Lock;

std::string life_json(std::string_view id, bool is_held,
                      const std::optional<session::store::Holder>& holder) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", id).member("alive", is_held);
  if (holder) {
    out.member("pid", std::int64_t{holder->pid})
        .member("host", std::string_view(holder->host))
        .member("reason", std::string_view(holder->reason))
        .member("since", std::string_view(holder->since));
  }
  out.end_object();
  return text + "\n";
}

/// The exit code says it too: 0 for yes, 1 for no.
transport::Task<int> tell_life(World& world, std::string id, bool as_json) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  const auto folder = world.store.open(*entry);
  if (!folder) co_return failed(folder.error());
  const bool is_held = Lock::is_held(*folder);
  const auto holder = is_held ? Lock::holder(*folder) : std::nullopt;
  if (as_json) {
    print(life_json(entry->id, is_held, holder));
  } else if (is_held) {
    print("in use" + (holder ? " by " + visible_line(holder_text(*holder)) : std::string()) + "\n");
  } else {
    print("not in use\n");
  }
  co_return is_held ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb session_is_alive_verb{
    .name = "is-alive",
    .help = "Tell whether a process is at work in a session",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        const bool as_json = program.common.json;
        return program.run([id, as_json](World& world, transport::CancelSource /*shutdown*/) {
          return tell_life(world, *id, as_json);
        });
      };
    },
    .examples = "Example:\n  tine session is-alive 01JH4Q && echo \"It is at work.\""};

}  // namespace tine::cli
