// `tine follow`: looks at a session in which another process works.

#include <memory>

#include "base/json/redact.h"
#include "cli/converse/followed.h"
#include "cli/converse/listener.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "session/record/data.h"

namespace tine::cli {
namespace {

constexpr std::int64_t most_records = std::int64_t{1} << 48U;

struct FollowAsked {
  std::string id;
  std::int64_t from = 0;
  bool json = false;
};

/// Shows records as the one who prompts would have seen them.
class Onlooker {
 public:
  Onlooker(World& world, const FollowAsked& asked, const std::string& session,
           transport::CancelSource shutdown)
      : redactor_(world.redactor),
        json_(asked.json),
        session_(session),
        listener_(world.loop, {}, std::move(shutdown)) {}

  /// False: nobody reads any more.
  bool take(const session::store::Line& line) {
    namespace type = session::record_type;
    if (json_) {
      std::string text;
      session::store::write_line(text, line.seq, line.time, line.type,
                                 json::redacted(line.data.raw(), redactor_));
      return print(text);
    }
    if (line.type == type::prompt) return begin_turn(line.data);
    if (line.type == type::update) listener_.on_update(session_, v1::look_at(line.data));
    if (line.type == type::turn_end || line.type == type::turn_aborted) listener_.finish();
    return true;
  }

 private:
  bool begin_turn(json::View data) {
    std::string text;
    for (const json::View block : data.find("content").elements())
      text += block.find("text").string().value_or("") + "\n";
    std::string quoted = "> ";
    for (const char c : text.substr(0, text.find_last_not_of('\n') + 1))
      quoted.append(c == '\n' ? "\n> " : std::string(1, c));
    const bool printed = print(quoted + "\n\n");
    listener_.begin();
    return printed;
  }

  Redactor& redactor_;
  bool json_;
  std::string session_;
  Listener listener_;
};

transport::Task<int> follow(World& world, FollowAsked asked, transport::CancelSource shutdown) {
  const auto session =
      co_await Followed::open(world, asked.id, static_cast<std::uint64_t>(asked.from));
  if (!session) co_return failed(session.error());
  Followed& records = **session;
  Onlooker onlooker(world, asked, records.id(), shutdown);
  const auto see = [&onlooker](const session::store::Line& line) { return onlooker.take(line); };
  auto seen = co_await records.read(shutdown, see);
  if (seen && *seen) seen = co_await records.follow(shutdown, see);
  if (!seen) co_return failed(seen.error());
  co_return *seen ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb follow_verb{
    .name = "follow",
    .help = "Show a session, and what another process does in it until its turn ends",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<FollowAsked>();
      options.argument("id", asked->id, "ID", Options::session)
          .value("--from", asked->from, most_records, "SEQ",
                 "Begin behind that record, as _meta.tine.seq numbers them");
      return [asked](Program& program) {
        asked->json = program.common.json;
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return follow(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples = "Examples:\n  tine follow 01JH4Q\n  tine follow 01JH4Q --json --from 42"};

}  // namespace tine::cli
