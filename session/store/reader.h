#pragma once
// Reads a transcript from front to back, a slice at a time, without a lock: its owner may be
// writing. Each line is checked; damage in the middle is reported and never skipped unless that is
// asked for.
//
// Owned by one reader, on the loop's thread; holds the file open while it lives. Lines are valid
// until the next call.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "session/store/folder.h"
#include "session/store/line.h"
#include "transport/loop.h"

namespace tine::session::store {

inline constexpr const char* transcript_name = "transcript.jsonl";

enum class Damage : std::uint8_t { report, skip };

class Reader {
 public:
  static Result<Reader> open(const Folder& session, Damage damage);

  /// The next line; none at the end of what is whole. What stands behind that is the tail.
  Result<std::optional<Line>> next();
  /// Whether the next call needs the disk: a good moment to let others on the loop have their turn.
  bool needs_disk() const;

  /// Whether next() would hold the loop: the line is not in memory, or is a long one.
  bool takes_long() const;
  /// Sees a line beside the loop, and makes something of it; it owns what it uses.
  using Look = std::function<std::shared_ptr<void>(const Line& line)>;
  /// Makes next() short: reads on in slices, and has a long line checked beside the loop, where
  /// `look` makes its `ahead`.
  transport::Task<Result<void>> prepare(transport::Loop& loop, Look look);

  /// Of the line that next() gave last.
  std::uint64_t line_number() const { return line_; }
  std::int64_t line_offset() const { return line_offset_; }
  /// Where the last whole line ends.
  std::int64_t end_offset() const { return offset_of(begin_); }
  /// The unfinished last line; meaningful once next() gave none.
  std::string_view tail() const { return std::string_view(*buffer_).substr(begin_); }
  /// Lines that were passed over.
  std::uint64_t skipped() const { return skipped_; }

  /// At the end: what was written since is read by the next call.
  void look_again() { at_end_ = false; }

  /// Goes on at a place that was the beginning of a line.
  void seek(std::int64_t offset, std::uint64_t line);

 private:
  Reader(File file, Damage damage) : file_(std::move(file)), damage_(damage) {}
  Result<bool> fill();
  std::int64_t offset_of(std::size_t index) const {
    return buffer_offset_ + static_cast<std::int64_t>(index);
  }

  File file_;
  Damage damage_;
  std::shared_ptr<std::string> buffer_ = std::make_shared<std::string>();  // with its look
  std::int64_t buffer_offset_ = 0;                                         // of buffer_ in the file
  std::size_t begin_ = 0;     // of the next line in buffer_
  std::size_t searched_ = 0;  // no newline before this place
  bool at_end_ = false;
  std::uint64_t line_ = 0;
  std::int64_t line_offset_ = 0;
  std::uint64_t skipped_ = 0;
  std::optional<Result<Line>> prepared_;  // the next line
};

}  // namespace tine::session::store
