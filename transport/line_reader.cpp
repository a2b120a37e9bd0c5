#include "transport/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/handled.h"
#include "transport/limits.h"

namespace tine::transport {

LineReader::LineReader(Sink sink, std::size_t max_line, Members members)
    : sink_(std::move(sink)), max_line_(max_line), scanner_(limits::max_json_depth, members) {}

void LineReader::feed(std::string_view bytes) {
  while (!bytes.empty()) feed_line(bytes);
}

void LineReader::feed_line(std::string_view& bytes) {
  if (bytes.empty()) return;
  const void* newline = std::memchr(bytes.data(), '\n', bytes.size());
  if (newline == nullptr) {
    take(std::exchange(bytes, {}));
    return;
  }
  const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
  end_line(bytes.substr(0, length));
  bytes.remove_prefix(length + 1);
}

void LineReader::finish() {
  if (length_ != 0 || held_return_) end_line({});
}

/// Takes a part of a line in several pieces. A carriage return at its end waits for what comes
/// next: before a newline it is no part of the line.
void LineReader::take(std::string_view part) {
  if (part.empty()) return;
  if (std::exchange(held_return_, false)) add("\r");
  if (part.back() == '\r') {
    held_return_ = true;
    part.remove_suffix(1);
  }
  add(part);
}

void LineReader::add(std::string_view part) {
  check(part);
  keep(part);
}

/// Looks at the next part of the line. The scanner sees what lies within the limit and no more, so
/// that the line is judged alike however it was cut.
void LineReader::check(std::string_view part) {
  const std::string_view within = part.substr(0, max_line_ - std::min(length_, max_line_));
  count_handled(within.size());
  length_ += part.size();
  if (bad_) return;
  const bool good = scanner_.feed(within);
  too_long_ = good && length_ > max_line_;
  bad_ = !good || too_long_;
}

/// Stores the part of the line that check() has just looked at, as far as it is needed.
void LineReader::keep(std::string_view part) {
  count_handled(part.size());
  const std::size_t most = bad_ ? kept_of_bad() : max_line_;
  // Room for the longest line at once takes no more memory than is written to, and nothing has to
  // move while the line grows.
  if (buffer_.size() + part.size() > limits::long_message && most == max_line_)
    buffer_.reserve(max_line_);
  if (buffer_.size() < most) buffer_.append(part.substr(0, most - buffer_.size()));
  if (bad_ && buffer_.capacity() > limits::kept_of_bad_line) {
    buffer_.resize(std::min(buffer_.size(), most));
    buffer_.shrink_to_fit();
  }
}

std::size_t LineReader::kept_of_bad() const {
  return std::min(limits::kept_of_bad_line, too_long_ ? max_line_ : scanner_.fault_offset());
}

LineReader::Line LineReader::found(std::string_view line) const {
  Line result;
  result.too_long = too_long_;
  result.fault = scanner_.fault();
  result.fault_offset = scanner_.fault_offset();
  result.is_object = scanner_.is_object();
  result.is_array = scanner_.is_array();
  result.members = scanner_.members();
  if (bad_) {
    result.kept = line.substr(0, kept_of_bad());
    const auto beyond = std::find_if(
        result.members.begin(), result.members.end(),
        [&](const json::Member& member) { return member.value.end > result.kept.size(); });
    result.members = {result.members.begin(), beyond};
  } else {
    result.kept = line;
    result.text = line;
  }
  return result;
}

void LineReader::end_line(std::string_view tail) {
  const bool whole = length_ == 0 && !held_return_;
  if (whole) {
    if (!tail.empty() && tail.back() == '\r') tail.remove_suffix(1);
    check(tail);
  } else {
    take(tail);
  }
  const bool blank = !bad_ && scanner_.blank();
  if (!blank) {
    if (!bad_) bad_ = !scanner_.finish();
    sink_(found(whole ? tail : buffer_));
  }
  begin_line();
}

void LineReader::begin_line() {
  scanner_.reset();
  buffer_.clear();
  if (buffer_.capacity() > limits::kept_line_buffer) buffer_.shrink_to_fit();
  length_ = 0;
  held_return_ = false;
  bad_ = false;
  too_long_ = false;
}

}  // namespace tine::transport
