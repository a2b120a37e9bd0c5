#include "base/toml/reader.h"

#include "base/json/utf8.h"
#include "base/toml/limits.h"
#include "base/toml/number.h"

namespace tine::toml {
namespace {

bool is_bare_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_bare_value(char c) { return is_bare_key(c) || c == '+' || c == '.' || c == ':'; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The control characters that stand nowhere in TOML; a line end is none of a string of one line.
bool is_forbidden(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7F';
}

unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

void append_code_point(unsigned code, std::string& to) {
  const auto put = [&to](unsigned byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6U);
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3FU));
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

}  // namespace

Reader::Reader(std::string_view text) : text_(text) {}

char Reader::peek(std::size_t ahead) const {
  return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0';
}

bool Reader::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

Position Reader::here() {
  for (; counted_ < at_; ++counted_) {
    if (text_[counted_] == '\n') {
      ++counted_at_.line;
      counted_at_.column = 1;
    } else if ((static_cast<unsigned char>(text_[counted_]) & 0xC0U) != 0x80) {
      ++counted_at_.column;
    }
  }
  return counted_at_;
}

bool Reader::fail(std::string_view what, Position at) {
  if (fault_.empty()) {
    fault_ = what;
    fault_at_ = at;
  }
  return false;
}

bool Reader::check_encoding() {
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  for (const char* p = begin; p != end; ++p) {
    if (static_cast<unsigned char>(*p) < 0x80) continue;
    const char* const next = json::skip_utf8(p, end);
    at_ = static_cast<std::size_t>(next - begin);
    if (next != end && static_cast<unsigned char>(*next) >= 0x80)
      return fail("bytes that are not UTF-8");
    p = next - 1;
  }
  at_ = 0;
  counted_ = 0;
  counted_at_ = {1, 1};
  if (next_is("\xEF\xBB\xBF")) at_ = counted_ = 3;
  return true;
}

void Reader::skip_blanks() {
  while (!at_end() && is_blank(text_[at_])) ++at_;
}

bool Reader::take_line_end() {
  if (next_is("\r\n")) {
    at_ += 2;
    return true;
  }
  return take('\n');
}

bool Reader::skip_comment() {
  if (peek() != '#') return true;
  while (!at_end() && peek() != '\n' && !next_is("\r\n")) {
    if (is_forbidden(peek())) return fail("a control character in a comment");
    ++at_;
  }
  return true;
}

bool Reader::skip_lines() {
  do {
    skip_blanks();
    if (!skip_comment()) return false;
  } while (take_line_end());
  return true;
}

bool Reader::end_line() {
  skip_blanks();
  if (!skip_comment()) return false;
  if (at_end() || take_line_end()) return true;
  return fail("more than one thing in a line");
}

bool Reader::read_key_part(Key& to) {
  to.at = here();
  if (peek() == '"' || peek() == '\'') {
    if (next_is("\"\"\"") || next_is("'''")) return fail("a key of several lines");
    return read_string(to.name);
  }
  const std::size_t begin = at_;
  while (is_bare_key(peek())) ++at_;
  to.name = text_.substr(begin, at_ - begin);
  return at_ != begin || fail("expected a key");
}

bool Reader::read_key(std::vector<Key>& to) {
  do {
    skip_blanks();
    if (to.size() == limits::max_depth) return fail("a key of too many parts");
    Key part;
    if (!read_key_part(part)) return false;
    to.push_back(std::move(part));
    skip_blanks();
  } while (take('.'));
  return true;
}

bool Reader::read_code_point(std::size_t digits, std::string& to) {
  unsigned code = 0;
  for (std::size_t i = 0; i < digits; ++i, ++at_) {
    const unsigned digit = hex_digit(peek());
    if (digit == 16) return fail("an escape without its hexadecimal digits");
    code = code << 4U | digit;
  }
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    return fail("an escape that is no character");
  }
  append_code_point(code, to);
  return true;
}

/// At a backslash.
bool Reader::read_escape(std::string& to) {
  constexpr std::string_view names = "btnfr\"\\";
  constexpr std::string_view values = "\b\t\n\f\r\"\\";
  const char c = peek(1);
  if (c == 'u' || c == 'U') {
    at_ += 2;
    return read_code_point(c == 'u' ? 4 : 8, to);
  }
  const std::size_t place = names.find(c);
  if (place == std::string_view::npos) return fail("an unknown escape");
  to.push_back(values[place]);
  at_ += 2;
  return true;
}

bool Reader::read_string(std::string& to) {
  const Position begin = here();
  const char quote = peek();
  ++at_;
  if (peek(0) == quote && peek(1) == quote) {
    at_ += 2;
    return read_multiline(quote, begin, to);
  }
  while (!take(quote)) {
    if (at_end() || peek() == '\n' || next_is("\r\n"))
      return fail("a string without an end", begin);
    if (is_forbidden(peek())) return fail("a control character in a string");
    if (quote == '"' && peek() == '\\') {
      if (!read_escape(to)) return false;
    } else {
      to.push_back(text_[at_++]);
    }
  }
  return true;
}

/// A backslash before the end of a line takes away the line end and all blanks that follow.
bool Reader::skip_escaped_line_end(bool& skipped) {
  const std::size_t begin = at_++;
  skip_blanks();
  skipped = take_line_end();
  if (!skipped) {
    at_ = begin;
    return true;
  }
  do {
    skip_blanks();
  } while (take_line_end());
  return true;
}

bool Reader::read_multiline(char quote, Position begin, std::string& to) {
  take_line_end();
  for (;;) {
    std::size_t quotes = 0;
    while (quotes < 5 && !at_end() && peek(quotes) == quote) ++quotes;
    if (quotes != 0) {
      to.append(quotes < 3 ? quotes : quotes - 3, quote);
      at_ += quotes;
      if (quotes >= 3) return true;
    } else if (at_end()) {
      return fail("a string without an end", begin);
    } else if (take_line_end()) {
      to.push_back('\n');
    } else if (is_forbidden(peek())) {
      return fail("a control character in a string");
    } else if (quote == '"' && peek() == '\\') {
      bool skipped = false;
      if (!skip_escaped_line_end(skipped) || (!skipped && !read_escape(to))) return false;
    } else {
      to.push_back(text_[at_++]);
    }
  }
}

bool Reader::read_bare(Node& to) {
  const Position begin = here();
  const std::size_t from = at_;
  while (is_bare_value(peek())) ++at_;
  // A blank may stand between a date and a time.
  constexpr std::size_t date = 10;
  if (at_ - from == date && text_[from + 4] == '-' && peek() == ' ' && peek(1) >= '0' &&
      peek(1) <= '9') {
    ++at_;
    while (is_bare_value(peek())) ++at_;
  }
  const std::string_view wrong = read_bare_value(text_.substr(from, at_ - from), to);
  return wrong.empty() || fail(wrong, begin);
}

bool Reader::read_scalar(Node& to) {
  if (peek() != '"' && peek() != '\'') return read_bare(to);
  to.type = Node::Type::string;
  return read_string(to.text);
}

}  // namespace tine::toml
