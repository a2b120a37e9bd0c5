#pragma once
// The end of a text that comes in pieces. Where its beginning was cut off it begins with a whole
// line: the rest of a line may be the rest of a secret that nobody can tell any more.
//
// Owns what it keeps.

#include <cstddef>
#include <string>
#include <string_view>

namespace tine::transport {

class TextTail {
 public:
  /// Keeps at most the last `size` bytes.
  explicit TextTail(std::size_t size) : size_(size) {}

  void append(std::string_view piece);

  /// What is kept, from the first line on that is whole, or, within one long line, from the first
  /// word on that is. Nothing of a single word that was cut.
  std::string text() const;

 private:
  std::size_t size_;
  std::string kept_;
  /// The last byte that was cut off; a newline as long as none was.
  char before_ = '\n';
};

}  // namespace tine::transport
