#include "base/json/controls.h"

#include <cstddef>
#include <cstring>

namespace tine::json {
namespace {

constexpr unsigned escape_key = 0x7F;  // DEL
constexpr unsigned last_c1 = 0x9F;
constexpr std::size_t unicode_escape = 6;  // \u001b

/// What stands at a place of a JSON text: its bytes, and the character if it is a control.
struct Piece {
  std::size_t length = 1;
  unsigned control = 0;
  bool is_control = false;
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_shown(unsigned character) {
  if (character == '\n' || character == '\r' || character == '\t') return false;
  return character < 0x20 || (character >= escape_key && character <= last_c1);
}

/// `text` begins with a backslash.
Piece escaped(std::string_view text) {
  if (text.size() < 2) return {};
  if (text[1] == 'b') return {.length = 2, .control = '\b', .is_control = true};
  if (text[1] == 'f') return {.length = 2, .control = '\f', .is_control = true};
  if (!text.substr(1).starts_with("u00") || text.size() < unicode_escape) return {.length = 2};
  const int high = digit(text[4]);
  const int low = digit(text[5]);
  if (high < 0 || low < 0) return {.length = 2};
  const auto character = static_cast<unsigned>(high * 16 + low);
  return {.length = unicode_escape, .control = character, .is_control = is_shown(character)};
}

Piece piece_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first == '\\') return escaped(text);
  if (first == escape_key) return {.length = 1, .control = escape_key, .is_control = true};
  if (first != 0xC2 || text.size() < 2) return {};
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_control = second >= 0x80 && second <= last_c1;
  return {.length = is_control ? 2U : 1U, .control = second, .is_control = is_control};
}

std::string_view find_first(std::string_view text, char what) {
  // An empty view may point nowhere, which memchr() must not be given.
  if (text.empty()) return {};
  const void* const found = std::memchr(text.data(), what, text.size());
  if (found == nullptr) return {};
  return text.substr(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()));
}

bool has_controls_behind(std::string_view text, char lead) {
  for (text = find_first(text, lead); !text.empty(); text = find_first(text, lead)) {
    const Piece piece = piece_at(text);
    if (piece.is_control) return true;
    text.remove_prefix(piece.length);
  }
  return false;
}

void append_picture(unsigned control, std::string& out) {
  if (control < 0x20) {
    // U+2400 and what follows it.
    out += "\xE2\x90";
    out.push_back(static_cast<char>(0x80 + control));
  } else {
    out += control == escape_key ? "\xE2\x90\xA1" : "\xEF\xBF\xBD";
  }
}

void append_with_pictures(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const Piece piece = piece_at(text);
    if (piece.is_control) {
      append_picture(piece.control, out);
    } else {
      out.append(text.substr(0, piece.length));
    }
    text.remove_prefix(piece.length);
  }
}

}  // namespace

bool has_controls(std::string_view text) {
  return has_controls_behind(text, '\\') || has_controls_behind(text, '\x7F') ||
         has_controls_behind(text, '\xC2');
}

std::string with_pictures(std::string text) {
  return has_controls(text) ? with_pictures(text, {}) : text;
}

std::string with_pictures(std::string_view text, std::span<const std::string_view> kept) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  const char* at = text.data();
  const char* const end = at + text.size();
  for (const std::string_view each : kept) {
    if (each.empty()) continue;
    append_with_pictures({at, static_cast<std::size_t>(each.data() - at)}, out);
    out.append(each);
    at = each.data() + each.size();
  }
  append_with_pictures({at, static_cast<std::size_t>(end - at)}, out);
  return out;
}

}  // namespace tine::json
