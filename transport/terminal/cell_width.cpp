#include "transport/terminal/cell_width.h"

#include <algorithm>
#include <array>

namespace tine::transport {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array combining = {
    Range{0x300, 0x36F},      // diacritical marks
    Range{0x483, 0x489},      // Cyrillic
    Range{0x591, 0x5BD},      // Hebrew points
    Range{0x610, 0x61A},      // Arabic
    Range{0x64B, 0x65F},      //
    Range{0x1AB0, 0x1AFF},    // diacritical marks, extended
    Range{0x1DC0, 0x1DFF},    // … supplement
    Range{0x200B, 0x200F},    // zero width, direction marks
    Range{0x202A, 0x202E},    // embeddings, overrides
    Range{0x2060, 0x2064},    // word joiner, invisible operators
    Range{0x20D0, 0x20FF},    // marks for symbols
    Range{0xFE00, 0xFE0F},    // variation selectors
    Range{0xFE20, 0xFE2F},    // half marks
    Range{0xFEFF, 0xFEFF},    // byte order mark
    Range{0x1F3FB, 0x1F3FF},  // tones of skin
    Range{0xE0000, 0xE0FFF},  // tags, further variation selectors
};

constexpr std::array wide = {
    Range{0x1100, 0x115F},    // Hangul Jamo
    Range{0x231A, 0x231B},    // watch, hourglass
    Range{0x23E9, 0x23EC},    //
    Range{0x25FD, 0x25FE},    //
    Range{0x2614, 0x2615},    //
    Range{0x2648, 0x2653},    // zodiac
    Range{0x26A1, 0x26A1},    //
    Range{0x2705, 0x2705},    //
    Range{0x270A, 0x270B},    //
    Range{0x2728, 0x2728},    //
    Range{0x274C, 0x274C},    //
    Range{0x2753, 0x2755},    //
    Range{0x2E80, 0x303E},    // CJK radicals, punctuation
    Range{0x3041, 0xA4CF},    // Kana, CJK, Yi
    Range{0xA960, 0xA97F},    // Hangul Jamo, extended
    Range{0xAC00, 0xD7A3},    // Hangul
    Range{0xF900, 0xFAFF},    // CJK compatibility
    Range{0xFE30, 0xFE6F},    // CJK forms
    Range{0xFF00, 0xFF60},    // full width
    Range{0xFFE0, 0xFFE6},    //
    Range{0x1F300, 0x1F3FA},  // pictures
    Range{0x1F400, 0x1F64F},  //
    Range{0x1F680, 0x1F6FF},  //
    Range{0x1F900, 0x1FAFF},  //
    Range{0x20000, 0x3FFFD},  // CJK extensions
};

template <class Table>
bool holds(const Table& table, char32_t character) {
  const auto* const range =
      std::lower_bound(table.begin(), table.end(), character,
                       [](const Range& each, char32_t wanted) { return each.last < wanted; });
  return range != table.end() && range->first <= character;
}

}  // namespace

int cell_width(char32_t character) {
  constexpr char32_t first_of_tables = 0x300;
  if (character < first_of_tables) return 1;
  if (holds(combining, character)) return 0;
  return holds(wide, character) ? 2 : 1;
}

}  // namespace tine::transport
