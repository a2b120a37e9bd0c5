#include "cli/converse/markdown.h"

#include <algorithm>
#include <utility>

namespace tine::cli {
namespace {

constexpr std::string_view plain = "\033[0m";
constexpr std::string_view bold = "\033[1m";
constexpr std::string_view dim = "\033[2m";
constexpr std::string_view cyan = "\033[36m";

/// Spaces that may stand before the mark of a line.
constexpr std::size_t indent = 3;
constexpr std::size_t fence_marks = 3;
constexpr std::size_t heading_marks = 6;

std::string_view unindented(std::string_view line) {
  const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  return spaces > indent ? std::string_view() : line.substr(spaces);
}

bool is_only(std::string_view text, char c) {
  return text.find_first_not_of(c) == std::string_view::npos;
}

/// Whether what has come of a line may still become something else than plain text.
bool is_unclear(std::string_view line) {
  const std::string_view text = unindented(line);
  if (text.empty()) return line.size() <= indent;
  if (is_only(text, '#')) return text.size() <= heading_marks;
  return text.size() < fence_marks && (is_only(text, '`') || is_only(text, '~'));
}

bool is_fence(std::string_view line) {
  const std::string_view text = unindented(line);
  return text.starts_with("```") || text.starts_with("~~~");
}

bool is_heading(std::string_view line) {
  const std::string_view text = unindented(line);
  const std::size_t marks = std::min(text.find_first_not_of('#'), text.size());
  return marks > 0 && marks <= heading_marks && marks < text.size() && text[marks] == ' ';
}

}  // namespace

void MarkdownColours::append(std::string_view text, std::string& out) {
  for (const char c : text) take(c, out);
}

void MarkdownColours::break_line(std::string& out) {
  if (at_start_ && !start_.empty()) begin_line(out);
  end_line(out);
}

void MarkdownColours::finish(std::string& out) {
  break_line(out);
  in_block_ = false;
}

void MarkdownColours::take(char c, std::string& out) {
  if (!at_start_) return take_within(c, out);
  if (c == '\n') {
    begin_line(out);
    return take_within(c, out);
  }
  start_ += c;
  if (!is_unclear(start_)) begin_line(out);
}

void MarkdownColours::begin_line(std::string& out) {
  if (is_fence(start_)) {
    line_ = Line::fence;
    in_block_ = !in_block_;
  } else if (in_block_) {
    line_ = Line::code;
  } else if (is_heading(start_)) {
    line_ = Line::heading;
  } else {
    line_ = unindented(start_).starts_with('>') ? Line::quote : Line::plain;
  }
  at_start_ = false;
  if (line_ != Line::plain && !start_.empty()) colour(out);
  const std::string start = std::exchange(start_, std::string());
  for (const char each : start) take_within(each, out);
}

void MarkdownColours::take_within(char c, std::string& out) {
  if (c == '\n') {
    end_line(out);
    out += c;
    return;
  }
  if (line_ == Line::fence || line_ == Line::code) {
    out += c;
    return;
  }
  if (std::exchange(star_, false)) {
    if (c == '*') {
      is_bold_ = !is_bold_;
      if (is_bold_) colour(out);
      out += "**";
      if (!is_bold_) colour(out);
      return;
    }
    out += '*';
  }
  if (c == '*' && !in_code_) {
    star_ = true;
  } else if (c == '`') {
    in_code_ = !in_code_;
    if (in_code_) colour(out);
    out += c;
    if (!in_code_) colour(out);
  } else {
    out += c;
  }
}

/// As the text that follows is to look.
void MarkdownColours::colour(std::string& out) const {
  out += plain;
  if (line_ == Line::heading || is_bold_) out += bold;
  if (line_ == Line::quote || line_ == Line::fence) out += dim;
  if (line_ == Line::code || in_code_) out += cyan;
}

void MarkdownColours::end_line(std::string& out) {
  if (std::exchange(star_, false)) out += '*';
  if (line_ != Line::plain || in_code_ || is_bold_) out += plain;
  line_ = Line::plain;
  in_code_ = false;
  is_bold_ = false;
  at_start_ = true;
}

}  // namespace tine::cli
