#pragma once
// Colours for Markdown on a terminal: headings, code, quotes, what is bold. Nothing else is
// changed: without the colours the text is the same, byte for byte.
//
// Text comes in pieces that may be cut anywhere; a few bytes at the start of a line are held back
// until it is clear what the line is. No threads.

#include <cstdint>
#include <string>
#include <string_view>

namespace tine::cli {

class MarkdownColours {
 public:
  void append(std::string_view text, std::string& out);
  /// Something else is printed in the middle of a line: what comes next begins a new one.
  void break_line(std::string& out);
  /// What is held back, and the end of what is still coloured.
  void finish(std::string& out);

 private:
  enum class Line : std::uint8_t { plain, heading, quote, fence, code };

  void take(char c, std::string& out);
  void begin_line(std::string& out);
  void take_within(char c, std::string& out);
  void colour(std::string& out) const;
  void end_line(std::string& out);

  bool at_start_ = true;
  std::string start_;  // of a line of which it is not clear what it is
  Line line_ = Line::plain;
  bool in_block_ = false;  // between two fences
  bool in_code_ = false;   // between two backticks
  bool is_bold_ = false;
  bool star_ = false;  // held back: perhaps there is another one behind it
};

}  // namespace tine::cli
