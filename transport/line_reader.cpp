#include "transport/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tine::transport {
namespace {

/// What is kept of a line that turned out bad: enough for its id, when that came first.
constexpr std::size_t kept_of_bad = 4096;

/// A buffer that grew beyond this for one long line is given back afterwards.
constexpr std::size_t keep_capacity = std::size_t{1} * 1024 * 1024;

}  // namespace

LineReader::LineReader(Sink sink, std::size_t max_line)
    : sink_(std::move(sink)), max_line_(max_line) {}

void LineReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const void* newline = std::memchr(bytes.data(), '\n', bytes.size());
    if (newline == nullptr) {
      take(bytes);
      return;
    }
    const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
    end_line(bytes.substr(0, length));
    bytes.remove_prefix(length + 1);
  }
}

void LineReader::finish() {
  if (length_ != 0) end_line({});
}

/// A part of a line whose end has not been seen.
void LineReader::take(std::string_view part) {
  length_ += part.size();
  if (bad_) return;
  too_long_ = length_ > max_line_;
  bad_ = !scanner_.feed(part) || too_long_;
  buffer_.append(part);
  if (!bad_) return;
  buffer_.resize(std::min(buffer_.size(), kept_of_bad));
  buffer_.shrink_to_fit();
}

void LineReader::end_line(std::string_view tail) {
  const bool whole = length_ == 0;
  length_ += tail.size();
  Line line;
  if (whole) {
    too_long_ = length_ > max_line_;
    bad_ = !scanner_.feed(tail) || too_long_;
    line.kept = tail;
  } else {
    length_ -= tail.size();
    take(tail);
    line.kept = buffer_;
  }
  const bool blank = !bad_ && scanner_.blank();
  if (!bad_) bad_ = !blank && !scanner_.finish();
  if (!blank) {
    line.too_long = too_long_;
    line.fault = scanner_.fault();
    line.fault_offset = scanner_.fault_offset();
    line.is_object = scanner_.is_object();
    line.is_array = scanner_.is_array();
    line.members = scanner_.members();
    if (!bad_) line.text = line.kept;
    sink_(line);
  }
  scanner_.reset();
  buffer_.clear();
  if (buffer_.capacity() > keep_capacity) buffer_.shrink_to_fit();
  length_ = 0;
  bad_ = false;
  too_long_ = false;
}

}  // namespace tine::transport
