#include "session/store/recovery.h"

#include "session/store/limits.h"

namespace tine::session::store {
namespace {

/// Keeps `tail` in a file of its own, then cuts it off.
Result<std::string> move_aside(const Folder& session, File& transcript, std::string_view tail,
                               std::int64_t offset) {
  const std::string name = std::string(transcript_name) + ".torn-" + std::to_string(offset);
  if (auto kept = session.replace(name, tail, false); !kept) return fail(std::move(kept.error()));
  if (auto cut = transcript.truncate(offset); !cut) return fail(std::move(cut.error()));
  return name;
}

}  // namespace

transport::Task<Result<Recovered>> recover(transport::Loop& loop, const Folder& session,
                                           WritePoint from,
                                           std::function<void(const Line&, std::int64_t end)> see) {
  auto reader = Reader::open(session, Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  reader->seek(from.offset, from.next_seq);
  Recovered out;
  out.point = from;
  for (;;) {
    if (reader->needs_disk()) co_await transport::yield(loop);
    const auto line = reader->next();
    if (!line) co_return fail(line.error());
    if (!*line) break;
    if ((*line)->seq != out.point.next_seq) {
      co_return fail(ErrorKind::damaged, "line " + std::to_string(reader->line_number()) +
                                             " of the transcript does not follow the one before");
    }
    out.point = {.next_seq = (*line)->seq + 1, .offset = reader->end_offset()};
    see(**line, reader->end_offset());
  }
  const std::string tail(reader->tail());
  if (tail.empty()) co_return out;

  auto transcript = session.open_file(transcript_name, Files::Open::append);
  if (!transcript) co_return fail(std::move(transcript.error()));
  const auto last = read_line(tail);
  if (last && last->seq == out.point.next_seq) {
    std::size_t written = 0;
    if (auto added = transcript->append("\n", written); !added)
      co_return fail(std::move(added.error()));
    out.newline_added = true;
    out.point = {.next_seq = last->seq + 1,
                 .offset = out.point.offset + static_cast<std::int64_t>(tail.size()) + 1};
    see(*last, out.point.offset);
    co_return out;
  }
  auto moved = move_aside(session, *transcript, tail, out.point.offset);
  if (!moved) co_return fail(std::move(moved.error()));
  out.torn_tail_file = std::move(*moved);
  co_return out;
}

}  // namespace tine::session::store
