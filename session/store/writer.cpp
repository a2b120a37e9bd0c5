#include "session/store/writer.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/crc32c.h"
#include "base/ulid.h"
#include "session/store/limits.h"
#include "session/store/line.h"
#include "session/store/reader.h"

namespace tine::session::store {
namespace {

/// Appends the text of `next` to `last` when both are chunks of one message that differ in nothing
/// else.
bool merge(v1::Update& last, const v1::Update& next) {
  if (next.text.none() || last.kind != next.kind) return false;
  const std::string_view a(last.payload);
  const std::string_view b(next.payload);
  if (a.size() > limits::write_buffer ||
      a.substr(0, last.text.begin) != b.substr(0, next.text.begin) ||
      a.substr(last.text.end) != b.substr(next.text.end)) {
    return false;
  }
  const std::string_view text = b.substr(next.text.begin, next.text.end - next.text.begin);
  last.payload.insert(last.text.end, text);
  last.text.end += text.size();
  return true;
}

}  // namespace

std::string_view Writer::time() {
  const std::int64_t now = env_.wall_ms();
  if (now != time_ms_) {
    time_ms_ = now;
    time_ = rfc3339(now);
  }
  return time_;
}

std::size_t Writer::waiting() const { return part_bytes_ + buffer_.size() + chunk_.payload.size(); }

Writer::Added Writer::added(std::uint64_t seq, std::size_t begin) const {
  return {.seq = seq,
          .begin = offset_ + static_cast<std::int64_t>(begin),
          .end = offset_ + static_cast<std::int64_t>(part_bytes_ + buffer_.size())};
}

void Writer::settle_chunk() {
  if (!std::exchange(has_chunk_, false)) return;
  write_line(buffer_, next_seq_++, time(), "update", chunk_.payload);
  ++lines_;
  chunk_.payload.clear();
}

Writer::Added Writer::add(std::string_view type, std::string_view data) {
  settle_chunk();
  const std::uint64_t seq = next_seq_++;
  const std::size_t begin = part_bytes_ + buffer_.size();
  write_line(buffer_, seq, time(), type, data);
  ++lines_;
  return added(seq, begin);
}

Writer::Added Writer::add_long(std::string_view type, std::string_view before,
                               std::string long_part, std::uint32_t crc, std::string_view after) {
  settle_chunk();
  const std::uint64_t seq = next_seq_++;
  const std::size_t begin = part_bytes_ + buffer_.size();
  std::string head;
  begin_line(head, seq, time(), type, before);
  const std::uint32_t so_far = crc32c_of_both(crc32c(head), crc, long_part.size());
  buffer_ += head;
  part_bytes_ += buffer_.size() + long_part.size();
  parts_.push_back(std::exchange(buffer_, {}));
  parts_.push_back(std::move(long_part));
  buffer_ = after;
  end_line(buffer_, 0, so_far);
  ++lines_;
  return added(seq, begin);
}

void Writer::add_update(const v1::Update& update) {
  if (has_chunk_ && merge(chunk_, update)) return;
  settle_chunk();
  if (update.text.none()) {
    write_line(buffer_, next_seq_++, time(), "update", update.payload);
    ++lines_;
  } else {
    chunk_ = update;
    has_chunk_ = true;
  }
}

std::uint64_t Writer::written_seq() const {
  return std::max(next_seq_, static_cast<std::uint64_t>(lines_) + 1) - lines_ - 1;
}

bool Writer::should_flush() const { return waiting() >= limits::write_buffer; }

Result<void> Writer::open(const Folder& session) {
  if (file_) return {};
  auto opened = session.open_file(transcript_name, Files::Open::append);
  if (!opened) return fail(std::move(opened.error()));
  file_ = std::move(*opened);
  return {};
}

Result<void> Writer::flush(const Folder& session) {
  const auto done = flush_some(session, std::numeric_limits<std::size_t>::max());
  if (!done) return fail(done.error());
  return {};
}

Result<bool> Writer::flush_some(const Folder& session, std::size_t bytes) {
  settle_chunk();
  if (!pending()) return true;
  if (auto opened = open(session); !opened) return fail(std::move(opened.error()));
  std::size_t begin = 0;  // of the part
  for (std::size_t i = 0; i <= parts_.size(); ++i) {
    const std::string_view part = i < parts_.size() ? parts_[i] : buffer_;
    const std::size_t end = begin + part.size();
    if (written_ < end && bytes > 0) {
      const std::string_view piece = part.substr(written_ - begin, bytes);
      std::size_t written = 0;
      const auto done = file_->append(piece, written);
      written_ += written;
      bytes -= written;
      if (!done) {
        Error error = done.error();
        if (auto cut = keep_whole_lines(); !cut) error.message += "; " + cut.error().message;
        return fail(std::move(error));
      }
    }
    begin = end;
  }
  if (written_ < begin) return false;
  offset_ += static_cast<std::int64_t>(begin);
  parts_.clear();
  buffer_.clear();
  part_bytes_ = lines_ = written_ = 0;
  if (begin < limits::write_buffer / 2) {
    // The room for much text is there while much comes.
    buffer_.shrink_to_fit();
    chunk_.payload.shrink_to_fit();
  }
  return true;
}

/// The whole lines that got into the file stay; the torn one goes, and comes again with the next
/// flush.
Result<void> Writer::keep_whole_lines() {
  std::string all;
  for (const std::string& part : parts_) all += part;
  all += buffer_;
  const std::size_t newline = std::string_view(all).substr(0, written_).rfind('\n');
  const std::size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
  const bool torn = std::exchange(written_, 0) != whole;
  lines_ -= static_cast<std::size_t>(
      std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(whole), '\n'));
  all.erase(0, whole);
  parts_.clear();
  part_bytes_ = 0;
  buffer_ = std::move(all);
  offset_ += static_cast<std::int64_t>(whole);
  return torn ? file_->truncate(offset_) : Result<void>();
}

Result<void> Writer::sync(const Folder& session) {
  if (auto opened = open(session); !opened) return opened;
  return file_->sync();
}

}  // namespace tine::session::store
