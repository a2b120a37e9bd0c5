#pragma once
// Makes the control characters in the strings of a JSON text visible, so that no reader's terminal
// obeys them: each becomes the picture that Unicode has for it (U+241B for ESC), or U+FFFD where it
// has none. Line ends and tabs stay, and so does everything else, byte for byte. A sequence may be
// cut in two between texts: each character stands for itself.
//
// Plain functions.

#include <span>
#include <string>
#include <string_view>

namespace tine::json {

/// Whether there is any. Most texts have none, so this is fast.
bool has_controls(std::string_view text);

/// `kept` are parts of the text that stay as they are, in their order.
std::string with_pictures(std::string_view text, std::span<const std::string_view> kept);
/// The text as it is when there is none in it.
std::string with_pictures(std::string text);

}  // namespace tine::json
