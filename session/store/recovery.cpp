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

/// Reads to the end of what is whole. `reader` then has the tail.
transport::Task<Result<WritePoint>> read_lines(transport::Loop& loop, Reader& reader,
                                               WritePoint point, const SeeLine& see) {
  reader.seek(point.offset, point.next_seq - point.first_seq);
  for (;;) {
    if (reader.needs_disk()) co_await transport::yield(loop);
    const auto line = reader.next();
    if (!line) co_return fail(line.error());
    if (!*line) co_return point;
    if ((*line)->seq != point.next_seq) {
      co_return fail(ErrorKind::damaged, "line " + std::to_string(reader.line_number()) +
                                             " of the transcript does not follow the one before");
    }
    point.next_seq = (*line)->seq + 1;
    point.offset = reader.end_offset();
    see(**line, reader.line_offset(), reader.end_offset());
  }
}

}  // namespace

transport::Task<Result<WritePoint>> read_on(transport::Loop& loop, const Folder& session,
                                            WritePoint from, SeeLine see) {
  if (!session.has(transcript_name)) co_return from;
  auto reader = Reader::open(session, Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  co_return co_await read_lines(loop, *reader, from, see);
}

transport::Task<Result<Recovered>> recover(transport::Loop& loop, const Folder& session,
                                           WritePoint from, SeeLine see) {
  Recovered out;
  out.point = from;
  if (!session.has(transcript_name)) co_return out;
  auto reader = Reader::open(session, Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  const auto point = co_await read_lines(loop, *reader, from, see);
  if (!point) co_return fail(point.error());
  out.point = *point;
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
    const std::int64_t begin = out.point.offset;
    out.point.next_seq = last->seq + 1;
    out.point.offset = begin + static_cast<std::int64_t>(tail.size()) + 1;
    see(*last, begin, out.point.offset);
    co_return out;
  }
  auto moved = move_aside(session, *transcript, tail, out.point.offset);
  if (!moved) co_return fail(std::move(moved.error()));
  out.torn_tail_file = std::move(*moved);
  co_return out;
}

Result<Line> line_at(const File& transcript, std::int64_t offset, std::string& text) {
  text.clear();
  for (;;) {
    const std::size_t had = text.size();
    text.resize(had + limits::short_line);
    const auto got = transcript.read_at({text.data() + had, limits::short_line},
                                        offset + static_cast<std::int64_t>(had));
    if (!got) return fail(got.error());
    text.resize(had + *got);
    const std::size_t newline = text.find('\n', had);
    if (newline != std::string::npos) {
      text.resize(newline);
      return read_line(text);
    }
    if (*got < limits::short_line || text.size() > limits::transcript_line)
      return fail(ErrorKind::damaged, "no line of the transcript begins there");
  }
}

}  // namespace tine::session::store
