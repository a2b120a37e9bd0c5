#pragma once
// The well-formed UTF-8 sequences of the Unicode standard, table 3-7, in one place for all who
// look.
//
// Pure functions.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tine::json {

/// What may follow a lead byte. `length` counts the lead byte too; 0 when it is none.
struct Utf8Lead {
  std::uint8_t length = 0;
  std::uint8_t min = 0x80;  ///< of the second byte; all further ones are 0x80 to 0xBF
  std::uint8_t max = 0xBF;
};

constexpr Utf8Lead utf8_lead(unsigned char c) {
  if (c >= 0xC2 && c <= 0xDF) return {2, 0x80, 0xBF};
  if (c == 0xE0) return {3, 0xA0, 0xBF};
  if (c == 0xED) return {3, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {3, 0x80, 0xBF};
  if (c == 0xF0) return {4, 0x90, 0xBF};
  if (c >= 0xF1 && c <= 0xF3) return {4, 0x80, 0xBF};
  if (c == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

/// The length of the well-formed sequence at `p`, or 0 when it is none or goes beyond `end`. Only
/// for bytes outside ASCII.
inline std::size_t utf8_length(const char* p, const char* end) {
  const auto byte = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
  const auto follows = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80; };
  const auto [length, min, max] = utf8_lead(byte(0));
  if (length == 0 || static_cast<std::size_t>(end - p) < length) return 0;
  if (byte(1) < min || byte(1) > max) return 0;
  if (length >= 3 && !follows(2)) return 0;
  if (length == 4 && !follows(3)) return 0;
  return length;
}

constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Where the character begins that `at` lies in, so that a text which is cut there is cut between
/// two. Beyond the text: its end.
constexpr std::size_t character_start(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  while (at > 0 && continues_character(text[at])) --at;
  return at;
}

/// The first byte at or after `p` that does not belong to well-formed sequences outside ASCII.
inline const char* skip_utf8(const char* p, const char* end) {
  while (p != end && static_cast<unsigned char>(*p) >= 0x80) {
    const std::size_t length = utf8_length(p, end);
    if (length == 0) break;
    p += length;
  }
  return p;
}

}  // namespace tine::json
