#include "session/search/letters.h"

#include <algorithm>
#include <array>

#include "base/json/utf8.h"

namespace tine::session::search {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Blanks, punctuation, symbols and pictures beyond ASCII; all else there are letters.
constexpr std::array marks = {
    Range{0x80, 0xA9},     Range{0xAB, 0xB1},      Range{0xB4, 0xB4},     Range{0xB6, 0xB8},
    Range{0xBB, 0xBB},     Range{0xBF, 0xBF},      Range{0xD7, 0xD7},     Range{0xF7, 0xF7},
    Range{0x37E, 0x37E},   Range{0x387, 0x387},    Range{0x55A, 0x55F},   Range{0x589, 0x58A},
    Range{0x5BE, 0x5BE},   Range{0x5C0, 0x5C0},    Range{0x5F3, 0x5F4},   Range{0x60C, 0x60D},
    Range{0x61B, 0x61F},   Range{0x66A, 0x66D},    Range{0x6D4, 0x6D4},   Range{0x964, 0x965},
    Range{0x2000, 0x206F}, Range{0x20A0, 0x20CF},  Range{0x2190, 0x2BFF}, Range{0x2E00, 0x2E7F},
    Range{0x3000, 0x3004}, Range{0x3008, 0x3020},  Range{0x3030, 0x3030}, Range{0xD800, 0xF8FF},
    Range{0xFD3E, 0xFD3F}, Range{0xFE10, 0xFE1F},  Range{0xFE30, 0xFE6F}, Range{0xFEFF, 0xFEFF},
    Range{0xFF01, 0xFF0F}, Range{0xFF1A, 0xFF20},  Range{0xFF3B, 0xFF40}, Range{0xFF5B, 0xFF65},
    Range{0xFFF0, 0xFFFF}, Range{0x1F000, 0x1FAFF}};

/// Scripts that put no blanks between words.
constexpr std::array lone = {Range{0xE00, 0xEFF},   Range{0x1000, 0x109F},  Range{0x1780, 0x17FF},
                             Range{0x2E80, 0x2FFF}, Range{0x3005, 0x3007},  Range{0x3021, 0x302F},
                             Range{0x3031, 0xA4CF}, Range{0xAC00, 0xD7A3},  Range{0xF900, 0xFAFF},
                             Range{0xFF66, 0xFF9F}, Range{0x20000, 0x3FFFD}};

template <class Table>
bool holds(const Table& table, char32_t character) {
  const auto* const range =
      std::lower_bound(table.begin(), table.end(), character,
                       [](const Range& each, char32_t wanted) { return each.last < wanted; });
  return range != table.end() && range->first <= character;
}

/// Blocks in which each capital stands before its small letter.
constexpr std::array even_pairs = {
    Range{0x100, 0x137}, Range{0x14A, 0x177}, Range{0x1DE, 0x1EF},   Range{0x1F8, 0x21F},
    Range{0x222, 0x233}, Range{0x370, 0x373}, Range{0x3D8, 0x3EF},   Range{0x460, 0x481},
    Range{0x48A, 0x4BF}, Range{0x4D0, 0x52F}, Range{0x1E00, 0x1E95}, Range{0x1EA0, 0x1EFF}};
constexpr std::array odd_pairs = {Range{0x139, 0x148}, Range{0x179, 0x17E}, Range{0x1CD, 0x1DC},
                                  Range{0x4C1, 0x4CE}};

/// Blocks of capitals whose small letters stand further behind.
struct Shift {
  char32_t first;
  char32_t last;
  char32_t by;
};
constexpr std::array shifts = {
    Shift{0xC0, 0xD6, 32},   Shift{0xD8, 0xDE, 32},     Shift{0x386, 0x386, 38},
    Shift{0x388, 0x38A, 37}, Shift{0x38C, 0x38C, 64},   Shift{0x38E, 0x38F, 63},
    Shift{0x391, 0x3AB, 32}, Shift{0x400, 0x40F, 80},   Shift{0x410, 0x42F, 32},
    Shift{0x531, 0x556, 48}, Shift{0xFF21, 0xFF3A, 32}, Shift{0x10400, 0x10427, 40}};

char32_t lower(char32_t character) {
  for (const Shift& each : shifts) {
    if (character >= each.first && character <= each.last) return character + each.by;
  }
  // I with a dot has two letters for a small one.
  constexpr char32_t dotted_i = 0x130;
  if (character != dotted_i && holds(even_pairs, character)) return character | 1U;
  if (holds(odd_pairs, character)) return character + (character & 1U);
  constexpr char32_t final_sigma = 0x3C2;
  return character == final_sigma ? character + 1 : character;
}

char32_t decoded(const char* p, std::size_t length) {
  const auto byte = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
  constexpr std::array<unsigned, 5> lead = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t out = byte(0) & lead.at(length);
  for (std::size_t i = 1; i < length; ++i) out = (out << 6U) | (byte(i) & 0x3FU);
  return out;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  Character out;
  const char c = text[at];
  out.folded = static_cast<unsigned char>(c);
  if (out.folded < 0x80) {
    out.upper = c >= 'A' && c <= 'Z';
    if (out.upper) out.folded += 'a' - 'A';
    if (out.upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out.letter = Letter::word;
    } else if (c == '_') {
      out.letter = Letter::joint;
    } else {
      out.blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }
    return out;
  }
  const std::size_t length = json::utf8_length(text.data() + at, text.data() + text.size());
  if (length == 0) return out;
  out.bytes = static_cast<std::uint8_t>(length);
  const char32_t character = decoded(text.data() + at, length);
  out.folded = lower(character);
  out.upper = out.folded != character && character != 0x3C2;
  constexpr char32_t no_break = 0xA0;
  constexpr char32_t wide_blank = 0x3000;
  out.blank = character == no_break || character == wide_blank;
  if (holds(marks, character)) return out;
  out.letter = holds(lone, character) ? Letter::lone : Letter::word;
  return out;
}

void append(std::string& out, char32_t character) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto tail = [&put, character](unsigned shift) {
    put(0x80U | ((character >> shift) & 0x3FU));
  };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0U | (character >> 6U));
    tail(0);
  } else if (character < 0x10000) {
    put(0xE0U | (character >> 12U));
    tail(6);
    tail(0);
  } else {
    put(0xF0U | (character >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace tine::session::search
