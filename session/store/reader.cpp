#include "session/store/reader.h"

#include <algorithm>

#include "session/store/limits.h"

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
  buffer_.clear();
  buffer_offset_ = offset;
  begin_ = 0;
  searched_ = 0;
  at_end_ = false;
  line_ = line;
}

bool Reader::needs_disk() const {
  return buffer_.find('\n', searched_) == std::string::npos && !at_end_;
}

/// Reads on. False at the end of the file.
Result<bool> Reader::fill() {
  buffer_.erase(0, begin_);
  buffer_offset_ += static_cast<std::int64_t>(begin_);
  searched_ -= begin_;
  begin_ = 0;
  if (buffer_.size() > limits::transcript_line) {
    return fail(ErrorKind::damaged,
                "line " + std::to_string(line_ + 1) + " of the transcript is too long");
  }
  const std::size_t had = buffer_.size();
  const auto facts = file_.facts();
  if (!facts) return fail(facts.error());
  const std::size_t wanted = slice_of(facts->bytes - offset_of(had));
  buffer_.resize(had + wanted);
  const auto got = file_.read_at({buffer_.data() + had, wanted}, offset_of(had));
  buffer_.resize(had + got.value_or(0));
  if (!got) return fail(got.error());
  at_end_ = *got < wanted;
  return *got > 0;
}

Result<std::optional<Line>> Reader::next() {
  for (;;) {
    std::size_t newline = buffer_.find('\n', searched_);
    while (newline == std::string::npos) {
      searched_ = buffer_.size();
      if (at_end_) return std::optional<Line>();
      const auto more = fill();
      if (!more) return fail(more.error());
      newline = buffer_.find('\n', searched_);
    }
    const std::string_view text = std::string_view(buffer_).substr(begin_, newline - begin_);
    line_offset_ = offset_of(begin_);
    ++line_;
    begin_ = newline + 1;
    searched_ = begin_;
    auto line = read_line(text);
    if (line) return std::optional<Line>(*line);
    if (line.error().kind == ErrorKind::unsupported) return fail(std::move(line.error()));
    if (damage_ == Damage::report) {
      return fail(ErrorKind::damaged, "line " + std::to_string(line_) +
                                          " of the transcript is damaged: " + line.error().message);
    }
    ++skipped_;
  }
}

}  // namespace tine::session::store
