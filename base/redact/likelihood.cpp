#include "base/redact/likelihood.h"

#include <algorithm>
#include <array>

#include "base/redact/likelihood_table.h"

namespace tine::redact {
namespace {

enum Kind : std::uint8_t { lower, upper, digit, separator, other, edge, kinds };

constexpr unsigned bit = 16;
/// What a digit costs once it is known to be one, and the same of a separator.
constexpr unsigned any_digit = 53;
constexpr unsigned any_separator = 26;
/// Any other character stands between two words, and is as good as any of its kind.
constexpr unsigned any_other = 80;
/// A byte of a letter that ASCII has not.
constexpr unsigned any_foreign = 48;

constexpr auto kind_of = [] {
  std::array<Kind, 256> table{};
  table.fill(other);
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = lower;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = upper;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = digit;
  for (const char c : std::string_view("_-./:+=")) table[static_cast<unsigned char>(c)] = separator;
  return table;
}();

}  // namespace

unsigned surprise(std::string_view text) {
  unsigned cost = 0;
  Kind before = edge;
  Kind last = edge;
  unsigned letter = 0;
  for (const char c : text) {
    const Kind kind = kind_of[static_cast<unsigned char>(c)];
    if (kind == other) {
      cost += static_cast<unsigned char>(c) < 0x80 ? any_other : any_foreign;
      before = last = edge;
      letter = 0;
      continue;
    }
    cost += kind_costs[36U * before + 6U * last + kind];
    if (kind == lower || kind == upper) {
      const bool goes_on = last == kind || (last == upper && kind == lower);
      const unsigned next = (static_cast<unsigned>(c) & 31U) - 1;
      cost += letter_costs[26 * (goes_on ? letter : 0) + next];
      letter = next + 1;
    } else {
      cost += kind == digit ? any_digit : any_separator;
      letter = 0;
    }
    before = last;
    last = kind;
  }
  cost += kind_costs[36U * before + 6U * last + edge];
  return static_cast<unsigned>(std::size_t{cost} * 100 / bit / (text.size() + 1));
}

}  // namespace tine::redact
