#include "cli/verbs/session/last_turn.h"

#include <algorithm>
#include <utility>

#include "base/ulid.h"
#include "protocol/v1/update.h"
#include "session/record/data.h"
#include "session/store/reader.h"

namespace tine::cli {
namespace {

namespace record_type = session::record_type;
using session::store::Line;
using session::store::Reader;

/// Puts a turn together from its lines.
class TurnReader {
 public:
  void take(const Line& line) {
    if (line.type == record_type::prompt) {
      now_ = LastTurn();
      now_.begun = line.time;
      for (const json::View block : line.data.find("content").elements()) {
        const std::string text = json::text_in(block, "text");
        if (!text.empty()) now_.prompt.append(now_.prompt.empty() ? "" : "\n").append(text);
      }
      message_.clear();
    } else if (line.type == record_type::update) {
      take_text(line.data);
    } else if (line.type == record_type::error) {
      now_.error = json::text_in(line.data, "message");
    } else if (line.type == record_type::turn_end) {
      now_.stop = json::text_in(line.data, "stop");
      end(line);
    } else if (line.type == record_type::turn_aborted) {
      now_.stop = "aborted";
      now_.error = json::text_in(line.data, "reason");
      end(line);
    }
  }
  std::optional<LastTurn> last() && { return std::move(ended_); }

 private:
  /// One message stands apart from the next, as in what `tine run` prints.
  void take_text(json::View update) {
    if (v1::classify(update) != v1::UpdateKind::agent_message_chunk) return;
    const auto text = update.find("content").find("text").string();
    if (!text) return;
    std::string id = json::text_in(update, "messageId");
    std::string& out = now_.output;
    if (!out.empty() && !id.empty() && id != message_)
      out += out.ends_with("\n\n") ? "" : out.ends_with('\n') ? "\n" : "\n\n";
    message_ = std::move(id);
    out += *text;
  }

  void end(const Line& line) {
    now_.turn = json::count_in(line.data, "turn").value_or(0);
    now_.ended = line.time;
    now_.usage = line.data.find("usage").raw();
    now_.fork = line.data.find("fork").raw();
    ended_ = std::exchange(now_, LastTurn());
    message_.clear();
  }

  LastTurn now_;
  std::string message_;  // the id of the one that was said last
  std::optional<LastTurn> ended_;
};

/// Goes to where the last turn begins that the state knows of. Where that cannot be told, all is
/// read.
void seek_last_turn(session::store::Store& store, const session::store::IndexEntry& entry,
                    Reader& reader) {
  const auto state = store.read_state(entry);
  if (!state || state->last_turn_offset < 0) return;
  reader.seek(state->last_turn_offset, 0);
  std::int64_t begin = 0;
  if (const auto end = reader.next(); end && *end) {
    const auto previous = (*end)->data.find("previous").integer();
    if (previous) begin = std::max<std::int64_t>(*previous, 0);
  }
  reader.seek(begin, 0);
}

}  // namespace

executor::Tokens LastTurn::tokens() const {
  return session::tokens_from(json::View(usage).find("tokens"));
}

std::optional<std::int64_t> LastTurn::milliseconds() const {
  const auto from = wall_ms_of(begun);
  const auto to = wall_ms_of(ended);
  if (!from || !to) return std::nullopt;
  return std::max<std::int64_t>(*to - *from, 0);
}

transport::Task<Result<std::optional<LastTurn>>> last_turn(transport::Loop& loop,
                                                           session::store::Store& store,
                                                           session::store::IndexEntry entry) {
  auto folder = store.open(entry);
  if (!folder) co_return fail(std::move(folder.error()));
  auto reader = Reader::open(*folder, session::store::Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  seek_last_turn(store, entry, *reader);
  TurnReader turn;
  for (;;) {
    if (reader->needs_disk()) co_await transport::yield(loop);
    const auto line = reader->next();
    if (!line) co_return fail(line.error());
    if (!*line) break;
    turn.take(**line);
  }
  co_return std::move(turn).last();
}

}  // namespace tine::cli
