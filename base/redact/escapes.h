#pragma once
// The reading of a text with its escapes undone: JSON's and the shell's backslashes, percent
// encoding, and terminal sequences left out.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/layer.h"

namespace tine::redact {

struct UnescapedText {
  std::string text;
  std::vector<Segment> segments;
  /// How much of the parent was read: less than all of it when it ends within an escape that could
  /// go on.
  std::size_t read = 0;
};

/// `escapes` holds the offset of every backslash, % and ESC in `parent.text`, rising. False when
/// none of them is the beginning of an escape: the reading would be the text itself.
bool unescape(const Layer& parent, std::span<const std::uint32_t> escapes, UnescapedText& out);

/// The same reading of a text on its own.
std::string unescaped(std::string_view text);

}  // namespace tine::redact
