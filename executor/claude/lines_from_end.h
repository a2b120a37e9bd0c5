#pragma once
// The lines of a file from the last one to the first. What comes last is what matters in a
// conversation's file, which may be long.
//
// A short-lived reader; the descriptor is another's. Reading blocks for as long as the disk does.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tine::executor::claude {

class LinesFromEnd {
 public:
  /// The file's first `bytes` are read; what is added meanwhile is not. A line of more than
  /// `max_line` is passed over. `piece` is read at first, and more of a longer line.
  LinesFromEnd(int fd, std::int64_t bytes, std::size_t max_line, std::size_t piece)
      : fd_(fd), begin_(bytes), max_line_(max_line), piece_(piece) {}

  /// The line before the one that was given last, without its newline; none before the first line.
  /// Valid until the next call.
  Result<std::optional<std::string_view>> next();

 private:
  /// Puts what stands before the buffer in the file in front of what is left in it.
  Result<void> read_more();

  int fd_;
  std::int64_t begin_;  // where the buffer begins in the file
  std::size_t max_line_;
  std::size_t piece_;
  std::string buffer_;
  std::size_t end_ = 0;         // what stands behind it in the buffer has been given
  std::size_t unsearched_ = 0;  // what stands before it may have newlines
  bool too_long_ = false;       // the buffer ends within a line that is passed over
  bool over_ = false;
};

}  // namespace tine::executor::claude
