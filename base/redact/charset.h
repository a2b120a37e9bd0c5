#pragma once
// Sets of bytes as bits, so that asking whether a byte belongs to one is a load and an AND.

#include <array>
#include <cstddef>
#include <cstdint>

namespace tine::redact {

/// A set is a union of the groups below; each byte is in one group at most.
using Set = std::uint16_t;

namespace sets {
inline constexpr Set a_to_f = 1 << 0;
inline constexpr Set g_to_z = 1 << 1;
inline constexpr Set upper_a_to_f = 1 << 2;
inline constexpr Set upper_g_to_z = 1 << 3;
inline constexpr Set two_to_seven = 1 << 4;
inline constexpr Set other_digits = 1 << 5;
inline constexpr Set dash = 1 << 6;
inline constexpr Set underscore = 1 << 7;
inline constexpr Set dot = 1 << 8;
inline constexpr Set plus = 1 << 9;
inline constexpr Set slash = 1 << 10;
inline constexpr Set equals = 1 << 11;
inline constexpr Set blank = 1 << 12;    // space, tab
inline constexpr Set newline = 1 << 13;  // \n, \r
inline constexpr Set quote = 1 << 14;    // ", ', `

inline constexpr Set digit = two_to_seven | other_digits;
inline constexpr Set lower = a_to_f | g_to_z;
inline constexpr Set upper = upper_a_to_f | upper_g_to_z;
inline constexpr Set letter = lower | upper;
inline constexpr Set alnum = letter | digit;
inline constexpr Set word = alnum | dash | underscore;
inline constexpr Set name = alnum | underscore;
inline constexpr Set hex = digit | a_to_f;
inline constexpr Set any_hex = hex | upper_a_to_f;
inline constexpr Set base32 = upper | two_to_seven;
inline constexpr Set base64 = alnum | plus | slash;
inline constexpr Set any_base64 = base64 | dash | underscore;
/// What a long secret is made of. A run of these is where a search for one begins.
inline constexpr Set token = any_base64 | dot;
inline constexpr Set space = blank | newline;
}  // namespace sets

constexpr Set group_of(unsigned char c) {
  if (c >= 'a' && c <= 'z') return c <= 'f' ? sets::a_to_f : sets::g_to_z;
  if (c >= 'A' && c <= 'Z') return c <= 'F' ? sets::upper_a_to_f : sets::upper_g_to_z;
  if (c >= '0' && c <= '9') return c >= '2' && c <= '7' ? sets::two_to_seven : sets::other_digits;
  switch (c) {
    case '-':
      return sets::dash;
    case '_':
      return sets::underscore;
    case '.':
      return sets::dot;
    case '+':
      return sets::plus;
    case '/':
      return sets::slash;
    case '=':
      return sets::equals;
    case ' ':
    case '\t':
      return sets::blank;
    case '\n':
    case '\r':
      return sets::newline;
    case '"':
    case '\'':
    case '`':
      return sets::quote;
    default:
      return 0;
  }
}

inline constexpr auto groups = [] {
  std::array<Set, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = group_of(static_cast<unsigned char>(c));
  return table;
}();

/// `c` as Reach::at and Reach::before give it: -1, which is in no set, where there is no text.
constexpr bool in(int c, Set set) {
  return c >= 0 && (groups[static_cast<std::size_t>(c)] & set) != 0;
}
constexpr bool in(char c, Set set) {
  return in(static_cast<int>(static_cast<unsigned char>(c)), set);
}

constexpr int lower(int c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

constexpr int hex_value(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace tine::redact
