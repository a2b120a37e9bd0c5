#pragma once
// Cuts a byte stream into lines and checks each one while it arrives, so that nothing unchecked
// reaches a parser, no bad or endless line is ever stored, and a long line never holds the loop.
// What is found does not depend on where the stream was cut into pieces.
//
// Owned by one reader; no threads. A line inside one piece is not copied.

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/scanner.h"

namespace tine::transport {

class LineReader {
 public:
  struct Line {
    /// Without the newline or the carriage return before it. Valid during the call only; empty when
    /// the line is bad.
    std::string_view text;
    json::Fault fault = json::Fault::none;
    /// Longer than the limit, and without a fault up to there.
    bool too_long = false;
    std::size_t fault_offset = 0;
    bool is_object = false;
    bool is_array = false;
    /// Of the outermost object; of a bad line those that lie whole within `kept`.
    std::span<const json::Member> members;
    /// What the ranges of `members` refer to; of a bad line what stands before the fault, and no
    /// more of it than limits::kept_of_bad_line.
    std::string_view kept;
  };
  using Sink = std::function<void(const Line&)>;

  using Members = json::Scanner::Members;
  /// `sink` is called for each line that is not blank. `members` overlooked: an object may have any
  /// number of them.
  explicit LineReader(Sink sink, std::size_t max_line = limits::max_line,
                      Members members = Members::noted);

  void feed(std::string_view bytes);
  /// Takes no more than the rest of one line, and removes that from `bytes`.
  void feed_line(std::string_view& bytes);
  /// The stream is over: a last line without newline is still a line.
  void finish();

  /// To be called by the sink: gives it what a good line refers to, which must have come in more
  /// than one piece.
  std::string take_line() { return std::exchange(buffer_, {}); }

  /// Bytes of memory held for the line so far.
  std::size_t held() const { return buffer_.capacity(); }

 private:
  void take(std::string_view part);
  void add(std::string_view part);
  void check(std::string_view part);
  void keep(std::string_view part);
  std::size_t kept_of_bad() const;
  void end_line(std::string_view tail);
  Line found(std::string_view line) const;
  void begin_line();

  Sink sink_;
  std::size_t max_line_;
  json::Scanner scanner_;
  std::string buffer_;        // the line so far, when it came in more than one piece
  std::size_t length_ = 0;    // of the line so far, kept or not
  bool held_return_ = false;  // a carriage return came that may belong to the newline
  bool bad_ = false;          // the line so far is bad: it is passed over, not kept
  bool too_long_ = false;
};

}  // namespace tine::transport
