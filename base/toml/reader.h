#pragma once
// The words of a TOML 1.0 text: keys, strings, numbers, dates, and the blanks and comments between
// them. What they make together is read by document.cpp.
//
// It is our own because what it reads is not trusted: toml++ 3.3 runs into undefined behaviour on
// texts such as "[=]" or a U+FE7F outside of strings. Here every byte is looked at before it counts
// for anything, and nothing recurses.
//
// A cursor over a text that outlives it; no threads.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml/document.h"

namespace tine::toml {

struct Key {
  std::string name;
  Position at;
};

class Reader {
 public:
  explicit Reader(std::string_view text);

  bool at_end() const { return at_ == text_.size(); }
  /// The byte at the cursor; NUL at the end, and never elsewhere in a good text.
  char peek() const { return peek(0); }
  /// Moves over `c` when it comes next.
  bool take(char c);
  /// Where the cursor is.
  Position here();

  // Each of these gives false after it has noted a fault.

  /// The text is UTF-8; a byte order mark at its start is passed over.
  bool check_encoding();
  void skip_blanks();
  /// Blanks, comments and line ends, as many as there are.
  bool skip_lines();
  /// Nothing but blanks and a comment up to the end of the line or the text.
  bool end_line();
  /// A key, with its parts in the order of the dots.
  bool read_key(std::vector<Key>& to);
  /// Any value but an array or inline table. Sets type and value of `to`.
  bool read_scalar(Node& to);

  /// Notes what is wrong at the cursor, or at `at`. The first fault counts.
  bool fail(std::string_view what) { return fail(what, here()); }
  bool fail(std::string_view what, Position at);
  const std::string& fault() const { return fault_; }
  Position fault_at() const { return fault_at_; }

 private:
  char peek(std::size_t ahead) const;
  bool next_is(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool take_line_end();
  bool skip_comment();
  bool read_string(std::string& to);
  bool read_multiline(char quote, Position begin, std::string& to);
  bool read_escape(std::string& to);
  bool read_code_point(std::size_t digits, std::string& to);
  bool skip_escaped_line_end(bool& skipped);
  bool read_key_part(Key& to);
  bool read_bare(Node& to);

  std::string_view text_;
  std::size_t at_ = 0;
  // How far lines and columns have been counted.
  std::size_t counted_ = 0;
  Position counted_at_{1, 1};
  std::string fault_;
  Position fault_at_;
};

}  // namespace tine::toml
