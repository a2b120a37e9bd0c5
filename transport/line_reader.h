#pragma once
// Cuts a byte stream into lines and checks each one while it arrives, so that nothing unchecked
// reaches a parser, no bad or endless line is ever stored, and a long line never holds the loop.
//
// Owned by one reader; no threads. A line inside one chunk is not copied.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/json/scanner.h"

namespace tine::transport {

class LineReader {
 public:
  struct Line {
    std::string_view text;  ///< valid during the call only; empty when the line is bad
    json::Fault fault = json::Fault::none;
    bool too_long = false;
    std::size_t fault_offset = 0;
    bool is_object = false;
    bool is_array = false;
    std::span<const json::Member>
        members;  ///< of the outermost object; of a bad line: those seen before
    std::string_view
        kept;  ///< what the ranges of `members` refer to; a bad line keeps only its start
  };
  using Sink = std::function<void(const Line&)>;

  /// `sink` is called for each line that is not blank.
  explicit LineReader(Sink sink, std::size_t max_line = limits::max_line);

  void feed(std::string_view bytes);
  /// The stream is over: a last line without newline is still a line.
  void finish();

 private:
  void take(std::string_view part);
  void end_line(std::string_view tail);

  Sink sink_;
  std::size_t max_line_;
  json::Scanner scanner_;
  std::string buffer_;      // the line so far, when it came in more than one piece
  std::size_t length_ = 0;  // of the line so far, kept or not
  bool bad_ = false;        // the line so far is bad: it is passed over, not kept
  bool too_long_ = false;
};

}  // namespace tine::transport
