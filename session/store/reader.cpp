#include "session/store/reader.h"

#include <algorithm>
#include <utility>

#include "session/store/limits.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::session::store {

namespace {

/// Room for what is there and one byte more, so that the end shows; most files are small.
std::size_t slice_of(std::int64_t left) {
  const std::int64_t wanted = std::max<std::int64_t>(left, 0) + 1;
  return std::min(static_cast<std::size_t>(wanted), limits::read_slice);
}

}  // namespace

Result<Reader> Reader::open(const Folder& session, Damage damage) {
  auto file = session.open_file(transcript_name, Files::Open::read);
  if (!file) return fail(std::move(file.error()));
  const auto facts = file->facts();
  if (!facts) return fail(facts.error());
  if (facts->directory)
    return fail(ErrorKind::damaged, "a folder stands where the transcript should");
  return Reader(std::move(*file), damage);
}

void Reader::seek(std::int64_t offset, std::uint64_t line) {
  buffer_->clear();
  buffer_offset_ = offset;
  begin_ = 0;
  searched_ = 0;
  at_end_ = false;
  line_ = line;
  prepared_.reset();
}

bool Reader::needs_disk() const {
  return buffer_->find('\n', searched_) == std::string::npos && !at_end_;
}

bool Reader::takes_long() const {
  const std::size_t newline = buffer_->find('\n', searched_);
  if (newline == std::string::npos) return !at_end_;
  return newline - begin_ > transport::limits::long_message && !prepared_;
}

transport::Task<Result<void>> Reader::prepare(transport::Loop& loop, Look look) {
  while (needs_disk()) {
    co_await transport::yield(loop);
    const auto more = fill();
    if (!more) co_return fail(more.error());
  }
  const std::size_t newline = buffer_->find('\n', searched_);
  if (newline == std::string::npos || newline - begin_ <= transport::limits::long_message)
    co_return Result<void>();
  std::function<Result<Line>()> read = [buffer = buffer_, begin = begin_, newline, look] {
    auto line = read_line(std::string_view(*buffer).substr(begin, newline - begin));
    if (line && look) line->ahead = look(*line);
    return line;
  };
  auto line = co_await transport::made_beside(loop, std::move(read));
  prepared_ = std::move(line);
  co_return Result<void>();
}

/// Reads on, as there is no newline in what is there. False at the end of the file.
Result<bool> Reader::fill() {
  std::string& buffer = *buffer_;
  searched_ = buffer.size() - begin_;
  buffer.erase(0, begin_);
  buffer_offset_ += static_cast<std::int64_t>(begin_);
  begin_ = 0;
  if (buffer.size() > limits::transcript_line) {
    return fail(ErrorKind::damaged,
                "line " + std::to_string(line_ + 1) + " of the transcript is too long");
  }
  const std::size_t had = buffer.size();
  const auto facts = file_.facts();
  if (!facts) return fail(facts.error());
  const std::size_t wanted = slice_of(facts->bytes - offset_of(had));
  // A line of several slices gets room for all of it: it takes no memory until it is written to,
  // and nothing moves while the line grows.
  if (had >= limits::read_slice) buffer.reserve(limits::transcript_line + limits::read_slice);
  buffer.resize(had + wanted);
  const auto got = file_.read_at({buffer.data() + had, wanted}, offset_of(had));
  buffer.resize(had + got.value_or(0));
  if (!got) return fail(got.error());
  at_end_ = *got < wanted;
  return *got > 0;
}

Result<std::optional<Line>> Reader::next() {
  for (;;) {
    std::size_t newline = buffer_->find('\n', searched_);
    while (newline == std::string::npos) {
      if (at_end_) return std::optional<Line>();
      const auto more = fill();
      if (!more) return fail(more.error());
      newline = buffer_->find('\n', searched_);
    }
    const std::string_view text = std::string_view(*buffer_).substr(begin_, newline - begin_);
    line_offset_ = offset_of(begin_);
    ++line_;
    begin_ = newline + 1;
    searched_ = begin_;
    auto line = prepared_ ? *std::exchange(prepared_, std::nullopt) : read_line(text);
    if (line) return std::optional<Line>(std::move(*line));
    if (line.error().kind == ErrorKind::unsupported) return fail(std::move(line.error()));
    if (damage_ == Damage::report) {
      return fail(ErrorKind::damaged, "line " + std::to_string(line_) +
                                          " of the transcript is damaged: " + line.error().message);
    }
    ++skipped_;
  }
}

}  // namespace tine::session::store
