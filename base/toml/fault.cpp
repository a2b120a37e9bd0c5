#include "base/toml/fault.h"

#include <algorithm>
#include <array>

#include "base/json/utf8.h"

namespace tine::toml {
namespace {

/// What of a text is repeated in a message; more than that is left out.
constexpr std::size_t max_shown = 48;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The byte at a place.
std::size_t offset_of(std::string_view text, Position at) {
  std::size_t offset = 0;
  for (unsigned line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n', offset);
    if (end == std::string_view::npos) return text.size();
    offset = end + 1;
  }
  for (unsigned column = 1; column < at.column && offset < text.size(); ++column) {
    do {
      ++offset;
    } while (offset < text.size() && json::continues_character(text[offset]));
  }
  return offset;
}

/// A description of toml++, "Error while parsing SCOPE: REASON", with the text before its place.
struct Complaint {
  std::string_view scope;
  std::string_view reason;
  std::string_view before;

  bool is_about(std::string_view part) const { return has(scope, part); }
  bool says(std::string_view part) const { return has(reason, part); }
  bool at_end() const { return says("encountered end-of-file"); }

  /// "expected '=', found the end of the file": what stands there according to the reason.
  std::string expected(std::string_view what) const {
    std::string text = "expected " + std::string(what);
    const std::size_t saw = reason.find(", saw '");
    if (at_end()) return text + ", found the end of the file";
    if (saw == std::string_view::npos) return text;
    const std::string_view found = reason.substr(saw + 6);
    if (found == "'\\n'" || found == "'\\r'") return text + ", found the end of the line";
    return found.size() > max_shown ? text : text + ", found " + std::string(found);
  }

  /// `text`, and what toml++ gives as the reason.
  std::string because(std::string_view text) const {
    // Its range of hours is a wrong one.
    if (at_end() || says("hour") || reason.size() > 2 * max_shown) return std::string(text);
    std::string whole = std::string(text) + ": " + std::string(reason);
    if (const auto saw = whole.find(", saw "); saw != std::string::npos) {
      whole.replace(saw, 6, ", found ");
    }
    return whole;
  }
};

Complaint split(std::string_view description, std::string_view text, std::size_t offset) {
  constexpr std::string_view begin = "Error while parsing ";
  Complaint complaint;
  complaint.reason = description;
  complaint.before = text.substr(0, offset);
  if (!description.starts_with(begin)) return complaint;
  description.remove_prefix(begin.size());
  const std::size_t colon = description.find(": ");
  if (colon == std::string_view::npos) return complaint;
  complaint.scope = description.substr(0, colon);
  complaint.reason = description.substr(colon + 2);
  return complaint;
}

std::string_view without_blanks_at_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Where the word begins that ends with `before`.
std::size_t word_begin(std::string_view before) {
  const std::size_t blank = before.find_last_of(" \t\n=[,");
  return blank == std::string_view::npos ? 0 : blank + 1;
}

/// Where the string begins that has not ended with `before`.
std::size_t string_begin(std::string_view before, char quote) {
  const std::size_t one = before.rfind(quote);
  const std::size_t three = before.rfind(std::string(3, quote));
  if (three == std::string_view::npos) return one == std::string_view::npos ? 0 : one;
  // A string of one line begins in the last line, and two quotes are a string that has ended.
  const bool last_line = !has(before.substr(one), "\n");
  return one > three + 2 && last_line && before[one - 1] != quote ? one : three;
}

/// Where the header or key begins whose line goes on behind `before`.
std::size_t line_begin(std::string_view before) {
  const std::size_t end = before.rfind('\n');
  const std::size_t line = end == std::string_view::npos ? 0 : end + 1;
  // Within braces the line begins with another key.
  if (has(before.substr(line), "{")) return before.size();
  return std::min(before.find_first_not_of(" \t", line), before.size());
}

bool is_word(std::string_view word) {
  constexpr std::string_view digits = "0123456789";
  if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.remove_prefix(1);
  return word.empty() || digits.find(word[0]) == std::string_view::npos;
}

std::string explain_string(const Complaint& complaint, std::string_view text, std::size_t& offset) {
  const char quote = complaint.is_about("literal") ? '\'' : '"';
  const bool line_ends =
      text.substr(offset).starts_with('\n') || text.substr(offset).starts_with("\r\n");
  if (complaint.at_end() || (complaint.says("control char") && line_ends)) {
    offset = string_begin(complaint.before, quote);
    return "a string without an end";
  }
  if (complaint.says("control char") || complaint.says("after '\\r'")) {
    return "a control character in a string";
  }
  return "an unknown escape; write \\\\ for a backslash";
}

std::string explain_pair(const Complaint& complaint, std::size_t& offset) {
  if (complaint.says("cannot redefine")) {
    offset = line_begin(complaint.before);
    return "this key or table is already defined";
  }
  if (complaint.says("comment or whitespace") || complaint.says("after '\\r'")) {
    return complaint.expected("the end of the line");
  }
  if (complaint.says("expected '='")) return complaint.expected("'='");
  if (complaint.at_end() && !without_blanks_at_end(complaint.before).ends_with('=')) {
    return complaint.expected("'='");
  }
  return "expected a value";
}

std::string explain_value(const Complaint& complaint, std::string_view text, std::size_t& offset) {
  if (complaint.says("nested value depth")) return "values nested too deeply";
  const std::size_t begin = complaint.is_about("value") ? offset : word_begin(complaint.before);
  const std::string_view word = text.substr(begin);
  if (complaint.is_about("date") || complaint.is_about("time")) {
    return complaint.because("a date or time that is not well-formed");
  }
  if (word.empty() || word[0] == ',' || word[0] == '=' || word[0] == ']' || word[0] == '}') {
    return "expected a value";
  }
  offset = begin;
  if (complaint.says("64 bits")) return "an integer that does not fit into 64 bits";
  if (is_word(word)) return "this is not a value; a string needs quotes";
  if (complaint.says("could not determine")) {
    return "a number, date or time that is not well-formed";
  }
  return complaint.because("a number that is not well-formed");
}

std::string explain_header(const Complaint& complaint, std::size_t& offset) {
  if (complaint.says("cannot")) {
    offset = line_begin(complaint.before);
    return "this key or table is already defined";
  }
  if (complaint.says("comment or whitespace") || complaint.says("after '\\r'")) {
    return complaint.expected("the end of the line");
  }
  if (complaint.says("blank bare keys")) return "expected a key, found ']'";
  return complaint.expected("']'");
}

std::string explain_array(const Complaint& complaint) {
  if (complaint.says("saw comma")) return "expected a value";
  if (complaint.at_end() && without_blanks_at_end(complaint.before).ends_with(',')) {
    return "expected a value";
  }
  return complaint.expected("',' or ']'");
}

std::string explain_inline_table(const Complaint& complaint) {
  if (complaint.says("dangling") || complaint.says("saw comma")) return "expected a key";
  const std::string_view before = without_blanks_at_end(complaint.before);
  if (before.ends_with('{') || before.ends_with(',')) return complaint.expected("a key");
  return complaint.expected("',' or '}'");
}

std::string explain(const Complaint& complaint, std::string_view text, std::size_t& offset) {
  if (complaint.is_about("comment")) return "a control character in a comment";
  if (complaint.is_about("unicode scalar")) {
    if (complaint.says("hex digit")) {
      return "an escape without its hexadecimal digits; write \\\\ for a backslash";
    }
    return "an escape that is no character";
  }
  if (complaint.is_about("string")) return explain_string(complaint, text, offset);
  if (complaint.says("multi-line strings are prohibited")) return "a key of several lines";
  if (complaint.is_about("header")) return explain_header(complaint, offset);
  if (complaint.is_about("pair")) return explain_pair(complaint, offset);
  if (complaint.is_about("inline table")) return explain_inline_table(complaint);
  if (complaint.is_about("array")) return explain_array(complaint);
  if (complaint.is_about("key") || complaint.is_about("root")) {
    return complaint.expected("a key");
  }
  return explain_value(complaint, text, offset);
}

}  // namespace

Position position_of(std::string_view text, std::size_t offset) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  Position at{1, 1};
  for (std::size_t i = text.starts_with(mark) ? mark.size() : 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if (!json::continues_character(text[i])) {
      ++at.column;
    }
  }
  return at;
}

Fault explain(std::string_view description, std::string_view text, Position at) {
  std::size_t offset = offset_of(text, at);
  std::string what = explain(split(description, text, offset), text, offset);
  return Fault{std::move(what), position_of(text, offset)};
}

}  // namespace tine::toml
