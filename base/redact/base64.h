#pragma once
// Text in base64, at whichever of the four offsets it begins, in either alphabet, with or without
// padding. Bytes that are no text (pictures, hashes) are passed over at several GB/s.

#include <cstddef>
#include <string>
#include <string_view>

namespace tine::redact {

/// The fewest groups of four characters, all printable, that are worth decoding: what is shorter
/// holds no secret that any detector knows.
inline constexpr std::size_t min_text_groups = 4;

struct Base64Stretch {
  std::size_t begin = 0;  // the first character
  std::size_t end = 0;    // past the last
};

/// Finds stretches that decode to text in characters of sets::any_base64, one after the other.
class Base64Finder {
 public:
  explicit Base64Finder(std::string_view chars) : chars_(chars) {}

  /// The next stretch, with one group more at either side, since a secret may share its first and
  /// last group with bytes that are no text. False when there are no more.
  bool next(Base64Stretch& stretch);

 private:
  bool is_text_group(std::size_t i) const;
  bool openers_at(std::size_t i);

  std::string_view chars_;
  std::size_t at_ = 0;
  std::size_t block_ = 0;
  std::uint64_t candidates_ = 0;
  /// Up to where each of the four offsets has been read.
  std::size_t read_[4] = {0, 0, 0, 0};
};

/// Decodes what the characters hold, a last incomplete group included.
void decode_base64(std::string_view chars, std::string& out);

void encode_base64(std::string_view bytes, std::string& out);

}  // namespace tine::redact
