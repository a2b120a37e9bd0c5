#pragma once
// The state of the token estimate: what a byte adds to it depends on the row, which tells what came
// before, and leads to the next row. So the estimate is a walk through a table, and what a text
// can cost more behind one row than behind another is a matter of the table alone.
//
// Constants; made by the compiler from costs.h.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/tokens/costs.h"

namespace tine::tokens {

/// The punctuation of ASCII, in the order of its codes.
inline constexpr std::string_view marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// What came before, as far as it matters. From `mark` on there is a row for each mark or letter.
enum Row : std::uint8_t {
  line_end,
  line_ends,  ///< two or more
  carriage,   ///< the first carriage return
  carriages,  ///< one behind other line ends
  indent,     ///< blanks behind a line end or tab
  blank,
  blanks,
  tab,
  digit,
  two_digits,
  three_digits,  ///< or more
  inner,         ///< a letter of two bytes
  other,
  start,  ///< nothing: what the first character costs lies in the seam
  mark,
  second_mark = mark + 32,        ///< the same one again
  third_mark = second_mark + 32,  ///< or later
  lower = third_mark + 32,        ///< the first letter of a word
  later_lower = lower + 26,
  upper = later_lower + 26,
  later_upper = upper + 26,
  rows = later_upper + 26,
};

struct Step {
  std::uint8_t cost = 0;
  std::uint8_t next = other;
};

/// Where a character of three bytes has its cost, when it shares one with those around it.
constexpr std::size_t page(std::size_t c) {
  return c < 0x3100 ? (c - 0x800) >> 4U : 656 + ((c - 0x3100) >> 6U);
}

/// What a letter of two bytes costs more as the first of a word. `latin` is for those of Latin-1
/// and Latin Extended.
constexpr std::uint8_t word_start(std::size_t row, bool latin) {
  if (row == inner || row >= lower) return 0;
  const bool behind_blank = row == blank || row == blanks || row == indent;
  return costs::first_inner[(behind_blank ? 0 : 1) + (latin ? 0 : 2)];
}

namespace detail {

using Costs = std::uint64_t;

constexpr std::uint8_t plus(std::size_t row, std::size_t more) {
  return static_cast<std::uint8_t>(row + more);
}

/// A row without what tells it from others of its kind: a mark's or a letter's own rows become one.
constexpr Row kind(std::size_t row) {
  for (const Row first : {later_upper, upper, later_lower, lower, third_mark, second_mark, mark})
    if (row >= first) return first;
  return static_cast<Row>(row);
}

constexpr bool is_mark(std::size_t row) { return row >= mark && row < lower; }
constexpr bool is_lower(std::size_t row) { return row >= lower && row < upper; }
constexpr bool is_upper(std::size_t row) { return row >= upper && row < rows; }
constexpr bool is_line_end(std::size_t row) { return row <= carriages; }

/// The mark or letter of a row that has one of its own.
constexpr std::size_t own(std::size_t row) { return row - kind(row); }

/// The place of a row among the kinds that costs.h has for blanks, tabs, line ends and digits.
constexpr std::size_t before(std::size_t row) {
  if (is_line_end(row)) return 0;
  if (row == indent) return 1;
  if (row == blank) return 2;
  if (row == blanks) return 3;
  if (row == tab) return 4;
  if (row <= three_digits) return 5;
  if (is_mark(row)) return 6;
  if (is_lower(row)) return 7;
  if (is_upper(row)) return 8;
  return row == inner ? 9 : 10;
}

/// The same for letters: line end, blank, digit, mark, other.
constexpr std::size_t before_letter(std::size_t row) {
  constexpr std::array<std::size_t, 11> places = {0, 1, 1, 1, 0, 2, 3, 4, 4, 4, 4};
  return places[before(row)];
}

/// The same for marks: line end, blanks, blank, digit, letter, other.
constexpr std::size_t before_mark(std::size_t row) {
  constexpr std::array<std::size_t, 11> places = {0, 1, 2, 1, 1, 3, 5, 4, 4, 5, 5};
  return places[before(row)];
}

constexpr Step letter_step(std::size_t row, std::size_t letter, bool is_capital) {
  const std::uint8_t later = plus(is_capital ? later_upper : later_lower, letter);
  if (row == inner) return {costs::after_inner[letter], later};
  if (!is_lower(row) && !is_upper(row)) {
    const std::size_t at = before_letter(row) * 26 + letter;
    return {is_capital ? costs::first_upper[at] : costs::first_lower[at],
            plus(is_capital ? upper : lower, letter)};
  }
  const std::size_t pair = own(row) * 26 + letter;
  if (is_lower(row)) {
    if (is_capital) return {costs::upper_in_word[letter], later};
    return {kind(row) == lower ? costs::second_letters[pair] : costs::letters[pair], later};
  }
  if (is_capital) return {costs::upper_letters[pair], later};
  if (kind(row) != upper) return {costs::lower_after_upper[letter], later};
  const Costs sum = Costs{costs::second_letters[pair]} + costs::after_first_upper;
  return {static_cast<std::uint8_t>(std::min<Costs>(sum, 255)), later};
}

constexpr Step digit_step(std::size_t row) {
  if (row == digit) return {costs::digits[0], two_digits};
  if (row == two_digits) return {costs::digits[1], three_digits};
  if (row == three_digits) return {costs::digits[2], three_digits};
  return {costs::first_digit[before(row)], digit};
}

constexpr Step mark_step(std::size_t row, std::size_t which) {
  if (!is_mark(row)) return {costs::marks_after[before_mark(row) * 32 + which], plus(mark, which)};
  if (own(row) != which) return {costs::mark_pairs[own(row) * 32 + which], plus(mark, which)};
  if (kind(row) == mark) return {costs::same_marks[which], plus(second_mark, which)};
  const std::size_t again = kind(row) == second_mark ? 1 : 2;
  return {costs::same_marks[again * 32 + which], plus(third_mark, which)};
}

constexpr Step blank_step(std::size_t row) {
  const bool indents = is_line_end(row) || row == indent || row == tab;
  const Row next = indents ? indent : row == blank || row == blanks ? blanks : blank;
  if (is_mark(row)) return {costs::blank_after_mark[own(row)], next};
  return {costs::blank_after[before(row == blanks ? indent : row)], next};
}

constexpr Step line_end_step(std::size_t row, bool returns) {
  if (is_mark(row)) return {costs::line_end_after_mark[own(row)], returns ? carriage : line_end};
  if (!is_line_end(row)) return {costs::line_end_after[before(row)], returns ? carriage : line_end};
  // A carriage return and its line feed count as one.
  if (row == carriage) return {costs::more_line_ends[2], returns ? carriage : line_end};
  if (row == carriages) return {costs::more_line_ends[2], returns ? carriages : line_ends};
  return {costs::more_line_ends[row == line_end ? 0 : 1], returns ? carriages : line_ends};
}

constexpr Step step(std::size_t row, std::size_t c) {
  if (row == start) return {0, step(other, c).next};
  if (c >= 'a' && c <= 'z') return letter_step(row, c - 'a', false);
  if (c >= 'A' && c <= 'Z') return letter_step(row, c - 'A', true);
  if (c >= '0' && c <= '9') return digit_step(row);
  if (c == ' ') return blank_step(row);
  if (c == '\n' || c == '\r') return line_end_step(row, c == '\r');
  if (c == '\t') return {costs::tab_after[before(row)], tab};
  const std::size_t which = marks.find(static_cast<char>(c));
  if (which != std::string_view::npos) return mark_step(row, which);
  return {costs::control, other};
}

}  // namespace detail

namespace detail {

/// A variable for each row, since there is a limit to what the compiler computes for one.
template <std::size_t row>
inline constexpr std::array<Step, 128> steps_of = [] {
  std::array<Step, 128> steps;
  for (std::size_t c = 0; c < 128; ++c) steps[c] = step(row, c);
  return steps;
}();

}  // namespace detail

/// The step from each row at each character of ASCII.
inline constexpr std::array<std::array<Step, 128>, rows> steps =
    []<std::size_t... row>(std::index_sequence<row...>) {
      return std::array<std::array<Step, 128>, rows>{detail::steps_of<row>...};
    }(std::make_index_sequence<rows>());

}  // namespace tine::tokens
