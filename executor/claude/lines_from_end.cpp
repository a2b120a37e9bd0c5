#include "executor/claude/lines_from_end.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tine::executor::claude {
namespace {

Result<std::string> read_at(int fd, std::int64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t n =
        ::pread(fd, out.data() + have, bytes - have, offset + static_cast<std::int64_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const std::string why =
          n == 0 ? "it has become shorter" : std::generic_category().message(errno);
      return fail(ErrorKind::storage_failed, "cannot read a conversation of Claude Code: " + why);
    }
    have += static_cast<std::size_t>(n);
  }
  return out;
}

}  // namespace

Result<void> LinesFromEnd::read_more() {
  // As much again as there is: what is left of a long line is not moved often.
  const auto bytes =
      static_cast<std::size_t>(std::min(begin_, static_cast<std::int64_t>(std::max(piece_, end_))));
  begin_ -= static_cast<std::int64_t>(bytes);
  auto before = read_at(fd_, begin_, bytes);
  if (!before) return fail(std::move(before.error()));
  before->append(buffer_, 0, end_);
  buffer_ = std::move(*before);
  end_ += bytes;
  unsearched_ = bytes;
  return {};
}

Result<std::optional<std::string_view>> LinesFromEnd::next() {
  while (!over_) {
    const std::size_t newline =
        unsearched_ == 0 ? std::string::npos : buffer_.rfind('\n', unsearched_ - 1);
    over_ = newline == std::string::npos && begin_ == 0;
    if (newline == std::string::npos && !over_) {
      too_long_ = too_long_ || end_ > max_line_;
      if (too_long_) end_ = 0;
      if (auto more = read_more(); !more) return fail(std::move(more.error()));
      continue;
    }
    const std::size_t start = over_ ? 0 : newline + 1;
    const std::string_view line = std::string_view(buffer_).substr(start, end_ - start);
    end_ = unsearched_ = over_ ? 0 : newline;
    if (!std::exchange(too_long_, false) && line.size() <= max_line_) return line;
  }
  return std::optional<std::string_view>();
}

}  // namespace tine::executor::claude
