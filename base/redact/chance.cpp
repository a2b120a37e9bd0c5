#include "base/redact/chance.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/redact/likelihood.h"

namespace tine::redact {
namespace {

/// log2(n) in hundredths, for n up to 256.
constexpr auto log2_hundredths = [] {
  std::array<unsigned, 257> table{};
  for (unsigned n = 1; n < table.size(); ++n) {
    double x = n;
    double log = 0;
    while (x >= 2) {
      x /= 2;
      log += 1;
    }
    for (double bit = 0.5; bit > 0.0005; bit /= 2) {
      x *= x;
      if (x >= 2) {
        x /= 2;
        log += bit;
      }
    }
    table[n] = static_cast<unsigned>(log * 100);
  }
  return table;
}();

constexpr auto is_symbol = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%^&*?@~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_vowel(char c) { return std::string_view("aeiouyAEIOUY").find(c) != std::string_view::npos; }

/// Letters that a language or a programmer would put together.
bool is_word(std::string_view letters) {
  std::size_t consonants = 0;
  std::size_t turns_up = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const bool after_lower = i > 0 && in(letters[i - 1], sets::lower);
    const bool before_lower = i + 1 < letters.size() && in(letters[i + 1], sets::lower);
    const bool begins = in(letters[i], sets::upper) && (after_lower || before_lower);
    consonants = is_vowel(letters[i]) ? 0 : begins ? 1 : consonants + 1;
    if (consonants > 6 && letters.size() > 8) return false;
    if (in(letters[i], sets::upper) && after_lower) ++turns_up;
  }
  return turns_up * 4 <= letters.size() + 3;
}

/// A word, perhaps with a number after or in it: utf8, sha256sum, Summer2024.
bool is_word_with_number(std::string_view part) {
  std::size_t groups = 0;
  for (std::size_t i = 0; i < part.size();) {
    const bool digits = in(part[i], sets::digit);
    std::size_t end = i;
    while (end < part.size() && in(part[end], sets::digit) == digits) ++end;
    if (digits) {
      ++groups;
      if (groups > 1 || end - i > 4) return false;
      if (end < part.size() && (i < 2 || end - i > 3)) return false;
    } else if (!is_word(part.substr(i, end - i))) {
      return false;
    }
    i = end;
  }
  return true;
}

/// Digits and letters of one case. Words of these letters are few.
bool is_random_hex(std::string_view value, const Census& count) {
  return value.size() >= 12 && count.digits >= 3 && (count.lower == 0 || count.upper == 0) &&
         all_of(value, sets::any_hex);
}

}  // namespace

Census census(std::string_view value) {
  Census count;
  std::array<std::uint64_t, 4> seen{};
  char before = 0;
  for (const char c : value) {
    if (c == before + 1) ++count.steps;
    if (c == before) ++count.repeats;
    if (in(c, sets::blank)) count.blanks = true;
    before = c;
    const auto byte = static_cast<unsigned char>(c);
    const std::uint64_t bit = std::uint64_t{1} << byte % 64;
    if ((seen[byte / 64] & bit) == 0) ++count.distinct;
    seen[byte / 64] |= bit;
    if (in(c, sets::lower)) {
      ++count.lower;
    } else if (in(c, sets::upper)) {
      ++count.upper;
    } else if (in(c, sets::digit)) {
      ++count.digits;
    } else if (is_symbol[byte]) {
      ++count.symbols;
    } else {
      ++count.others;
    }
  }
  return count;
}

Words count_words(std::string_view value) {
  Words count;
  for (std::size_t i = 0; i < value.size();) {
    if (!in(value[i], sets::alnum)) {
      // A percent-encoded character is a separator too.
      const bool encoded = value[i] == '%' && i + 2 < value.size() &&
                           in(value[i + 1], sets::any_hex) && in(value[i + 2], sets::any_hex);
      i += encoded ? 3 : 1;
      continue;
    }
    std::size_t end = i;
    while (end < value.size() && in(value[end], sets::alnum)) ++end;
    const std::string_view part = value.substr(i, end - i);
    const bool number =
        std::all_of(part.begin(), part.end(), [](char c) { return in(c, sets::digit); });
    (number || is_word_with_number(part) ? count.words : count.others) += part.size();
    i = end;
  }
  return count;
}

bool is_wordlike(std::string_view value) { return count_words(value).others == 0; }

bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !in(value[i], sets::any_hex)) return false;
  }
  return true;
}

bool all_of(std::string_view value, Set set) {
  return std::all_of(value.begin(), value.end(), [set](char c) { return in(c, set); });
}

unsigned least_surprise(std::size_t size, bool has_digits) {
  if (size >= 16) return has_digits ? 545 : 570;
  if (size >= 12) return has_digits ? 530 : 600;
  return has_digits ? 580 : 650;
}

bool is_random(std::string_view value, const Census& count, unsigned margin) {
  if (count.blanks || count.distinct < 5 || count.letters() == 0) return false;
  if ((count.steps + count.repeats) * 2 > value.size()) return false;
  return is_random_hex(value, count) || is_uuid(value) ||
         surprise(value) >= least_surprise(value.size(), count.digits > 0) + margin;
}

unsigned entropy(std::string_view value) {
  value = value.substr(0, 256);
  if (value.empty()) return 0;
  std::array<std::uint16_t, 256> counts{};
  for (const char c : value) ++counts[static_cast<unsigned char>(c)];
  std::size_t sum = 0;
  for (const std::uint16_t count : counts) sum += count * log2_hundredths[count];
  return log2_hundredths[value.size()] - static_cast<unsigned>(sum / value.size());
}

}  // namespace tine::redact
