#pragma once
// How much chance is in a value: what it is made of, and whether its characters stand in an order
// that a language, a programmer or a row of keys gives them.
//
// Plain functions.

#include <cstddef>
#include <string_view>

#include "base/redact/charset.h"

namespace tine::redact {

/// What a value is made of.
struct Census {
  std::size_t lower = 0;
  std::size_t upper = 0;
  std::size_t digits = 0;
  std::size_t symbols = 0;  // what people put into passwords
  std::size_t others = 0;
  std::size_t distinct = 0;
  std::size_t steps = 0;  // characters that come right after the one before: abc, 123
  std::size_t repeats = 0;
  bool blanks = false;

  std::size_t letters() const { return lower + upper; }
};

Census census(std::string_view value);

/// How many characters of `value` are in words or numbers, and how many in what is neither, when it
/// is parted by what is no letter or digit.
struct Words {
  std::size_t words = 0;
  std::size_t others = 0;
};

Words count_words(std::string_view value);

/// Whether all of it is words and numbers.
bool is_wordlike(std::string_view value);

bool is_uuid(std::string_view value);

bool all_of(std::string_view value, Set set);

/// How surprising a value must be to be no word: what has digits in it is so sooner, and what is
/// short must be so more.
unsigned least_surprise(std::size_t size, bool has_digits);

/// Whether the characters stand in no order: neither words nor abcdef nor aaaa. More is asked for
/// with a margin, in hundredths of a bit.
bool is_random(std::string_view value, const Census& count, unsigned margin = 0);

/// Bits per character (Shannon) in the first 256 characters, in hundredths.
unsigned entropy(std::string_view value);

}  // namespace tine::redact
