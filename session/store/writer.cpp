#include "session/store/writer.h"

#include <algorithm>

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

void Writer::settle_chunk() {
  if (!chunk_) return;
  write_line(buffer_, next_seq_++, time(), "update", chunk_->payload);
  chunk_.reset();
}

Writer::Added Writer::add(std::string_view type, std::string_view data) {
  settle_chunk();
  Added added;
  added.seq = next_seq_++;
  added.begin = offset_ + static_cast<std::int64_t>(buffer_.size());
  write_line(buffer_, added.seq, time(), type, data);
  added.end = offset_ + static_cast<std::int64_t>(buffer_.size());
  return added;
}

void Writer::add_update(const v1::Update& update) {
  if (chunk_ && merge(*chunk_, update)) return;
  settle_chunk();
  if (update.text.none()) {
    write_line(buffer_, next_seq_++, time(), "update", update.payload);
  } else {
    chunk_ = update;
  }
}

std::uint64_t Writer::written_seq() const {
  const auto waiting = static_cast<std::uint64_t>(std::count(buffer_.begin(), buffer_.end(), '\n'));
  return std::max(next_seq_, waiting + 1) - waiting - 1;
}

bool Writer::should_flush() const {
  return buffer_.size() + (chunk_ ? chunk_->payload.size() : 0) >= limits::write_buffer;
}

Result<void> Writer::open(const Folder& session) {
  if (file_) return {};
  auto opened = session.open_file(transcript_name, Files::Open::append);
  if (!opened) return fail(std::move(opened.error()));
  file_ = std::move(*opened);
  return {};
}

Result<void> Writer::flush(const Folder& session) {
  settle_chunk();
  if (buffer_.empty()) return {};
  if (auto opened = open(session); !opened) return opened;
  std::size_t written = 0;
  auto done = file_->append(buffer_, written);
  if (done) {
    offset_ += static_cast<std::int64_t>(written);
    buffer_.clear();
    return {};
  }
  // The whole lines that got there stay; the torn one goes, and comes again with the next flush.
  const std::size_t newline = std::string_view(buffer_).substr(0, written).rfind('\n');
  const std::size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
  offset_ += static_cast<std::int64_t>(whole);
  buffer_.erase(0, whole);
  if (written != whole) {
    if (auto cut = file_->truncate(offset_); !cut)
      done.error().message += "; " + cut.error().message;
  }
  return done;
}

Result<void> Writer::sync(const Folder& session) {
  if (auto opened = open(session); !opened) return opened;
  return file_->sync();
}

}  // namespace tine::session::store
