#pragma once
// What a search takes for a letter, and for the same letter: the case does not matter, accents do.
//
// Plain functions.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tine::session::search {

enum class Letter : std::uint8_t {
  none,   ///< a blank, a mark
  joint,  ///< _, which joins words to one identifier
  word,   ///< a letter or digit
  lone    ///< a word of its own, in scripts that put no blanks between words
};

struct Character {
  Letter letter = Letter::none;
  bool upper = false;
  bool blank = false;
  std::uint8_t bytes = 1;
  char32_t folded = 0;  ///< in lower case
};

/// The character that begins there. A byte that belongs to none is a mark.
Character character_at(std::string_view text, std::size_t at);

/// Appends a character.
void append(std::string& out, char32_t character);

}  // namespace tine::session::search
