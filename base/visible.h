#pragma once
// Makes text that came from outside harmless on a terminal. Characters that control a terminal,
// that cannot be seen, or that turn the direction of the text around them are replaced by the
// escape that JSON has for them: \u001b, \u202e. Everything else stays as it is, byte for byte,
// and JSON stays JSON of the same meaning.
//
// Pure, but for the end of a text that comes in parts, which a VisibleText keeps. No threads.

#include <cstdint>
#include <string>
#include <string_view>

namespace tine {

class VisibleText {
 public:
  enum class Lines : std::uint8_t {
    kept,    ///< newlines and tabs stay
    joined,  ///< they become spaces
  };

  explicit VisibleText(Lines lines) : lines_(lines) {}

  /// A character may be cut in two between calls.
  void append(std::string_view text, std::string& out);
  /// What is left of a cut character comes out as bytes: \xe2.
  void finish(std::string& out);

 private:
  void take(char32_t character, std::string_view bytes, std::string& out);
  bool is_harmless(char32_t character) const;

  Lines lines_;
  char32_t last_ = 0;
  std::string cut_;
};

/// With its lines.
std::string visible(std::string_view text);
/// On one line.
std::string visible_line(std::string_view text);

}  // namespace tine
