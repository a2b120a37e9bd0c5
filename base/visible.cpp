#include "base/visible.h"

#include <algorithm>
#include <array>

#include "base/json/utf8.h"

namespace tine {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Control characters beyond ASCII, separators of lines, and what Unicode has drawn with no width
/// or calls a format character, as far as it is not seen. In order.
constexpr std::array hidden = {
    Range{0x80, 0x9F},        // C1
    Range{0xAD, 0xAD},        // soft hyphen
    Range{0x34F, 0x34F},      // grapheme joiner
    Range{0x61C, 0x61C},      // Arabic letter mark
    Range{0x115F, 0x1160},    // Hangul fillers
    Range{0x17B4, 0x17B5},    // Khmer vowels that are not drawn
    Range{0x180B, 0x180F},    // Mongolian selectors and separator
    Range{0x200B, 0x200F},    // zero width, direction marks
    Range{0x2028, 0x202E},    // line and paragraph separator, embeddings, overrides
    Range{0x2060, 0x206F},    // word joiner, invisible operators, isolates
    Range{0x3164, 0x3164},    // Hangul filler
    Range{0xFE00, 0xFE0F},    // variation selectors
    Range{0xFEFF, 0xFEFF},    // byte order mark
    Range{0xFFA0, 0xFFA0},    // Hangul filler, half width
    Range{0xFFF0, 0xFFFB},    // annotations
    Range{0x13430, 0x1345F},  // Egyptian format controls
    Range{0x1BCA0, 0x1BCA3},  // shorthand format controls
    Range{0x1D173, 0x1D17A},  // musical format controls
    Range{0xE0000, 0xE0FFF},  // tags and further variation selectors
};

constexpr char32_t no_join = 0x200C;
constexpr char32_t join = 0x200D;
/// From here on scripts, and pictures made of several characters, need the two joiners.
constexpr char32_t first_joined = 0x600;

bool is_hidden(char32_t character) {
  const auto* const range =
      std::lower_bound(hidden.begin(), hidden.end(), character,
                       [](const Range& each, char32_t wanted) { return each.last < wanted; });
  return range != hidden.end() && range->first <= character;
}

bool is_joiner(char32_t character) { return character == join || character == no_join; }
bool is_selector(char32_t character) { return character >= 0xFE00 && character <= 0xFE0F; }

void append_hex(unsigned value, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out.push_back("0123456789abcdef"[value >> static_cast<unsigned>(shift) & 0xFU]);
}

void append_unit(unsigned unit, std::string& out) {
  out += "\\u";
  append_hex(unit, 4, out);
}

void append_escape(char32_t character, std::string& out) {
  if (character < 0x10000) return append_unit(character, out);
  const unsigned above = character - 0x10000;
  append_unit(0xD800U + (above >> 10U), out);
  append_unit(0xDC00U + (above & 0x3FFU), out);
}

void append_byte(char byte, std::string& out) {
  out += "\\x";
  append_hex(static_cast<unsigned char>(byte), 2, out);
}

char32_t decoded(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  char32_t character = lead & (0x7FU >> bytes.size());
  for (const char byte : bytes.substr(1))
    character = character << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
  return character;
}

/// Whether more bytes could make a character of these.
bool is_beginning(std::string_view bytes) {
  const auto lead = json::utf8_lead(static_cast<unsigned char>(bytes.front()));
  if (lead.length <= bytes.size()) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 1 ? byte < lead.min || byte > lead.max : (byte & 0xC0U) != 0x80) return false;
  }
  return true;
}

std::string whole(std::string_view text, VisibleText::Lines lines) {
  std::string out;
  out.reserve(text.size());
  VisibleText visible(lines);
  visible.append(text, out);
  visible.finish(out);
  return out;
}

}  // namespace

bool VisibleText::is_harmless(char32_t character) const {
  if (character < 0x7F) return character >= 0x20;
  if (character == 0x7F) return false;
  if (is_joiner(character)) return last_ >= first_joined && !is_joiner(last_);
  if (is_selector(character)) return last_ > 0x20 && !is_selector(last_);
  return !is_hidden(character);
}

void VisibleText::take(char32_t character, std::string_view bytes, std::string& out) {
  const bool is_space = character == '\n' || character == '\t';
  if (is_space) {
    if (lines_ == Lines::kept) {
      out.append(bytes);
    } else {
      out.push_back(' ');
    }
  } else if (is_harmless(character)) {
    out.append(bytes);
  } else {
    append_escape(character, out);
  }
  last_ = character;
}

void VisibleText::append(std::string_view text, std::string& out) {
  std::string joined;
  if (!cut_.empty()) {
    joined = std::move(cut_);
    cut_.clear();
    joined += text;
    text = joined;
  }
  while (!text.empty()) {
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    std::size_t length = 1;
    if (static_cast<unsigned char>(text.front()) >= 0x80) {
      length = json::utf8_length(text.data(), text.data() + text.size());
      if (length == 0 && is_beginning(text)) {
        cut_ = text;
        return;
      }
    }
    if (length == 0) {
      append_byte(text.front(), out);
      last_ = 0;
      length = 1;
    } else {
      const std::string_view bytes = text.substr(0, length);
      take(length == 1 ? static_cast<unsigned char>(bytes.front()) : decoded(bytes), bytes, out);
    }
    text.remove_prefix(length);
  }
}

void VisibleText::finish(std::string& out) {
  for (const char byte : cut_) append_byte(byte, out);
  cut_.clear();
  last_ = 0;
}

std::string visible(std::string_view text) { return whole(text, VisibleText::Lines::kept); }
std::string visible_line(std::string_view text) { return whole(text, VisibleText::Lines::joined); }

}  // namespace tine
