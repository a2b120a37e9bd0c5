#include "cli/converse/typed_keys.h"

#include <algorithm>
#include <utility>

#include "cli/converse/wide_text.h"
#include "cli/limits.h"

namespace tine::cli {
namespace {

constexpr std::string_view paste_begin = "\033[200~";
constexpr std::string_view paste_end = "\033[201~";
/// What may be held of a paste beyond limits::text, as bytes come in parts.
constexpr std::size_t slack = std::size_t{64} * 1024;
constexpr char escape = '\033';

bool goes_on(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Bytes of the character that begins so.
std::size_t character_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

/// Without what would do something in an editor, or to a terminal.
std::string cleaned(std::string_view pasted) {
  std::wstring out;
  wchar_t last = 0;
  for (wchar_t c : wide(pasted)) {
    const bool ends_line = c == L'\n' && last == L'\r';
    last = c;
    if (ends_line) continue;
    if (c == L'\r') c = L'\n';
    const bool is_control = (c < 0x20 && c != L'\n' && c != L'\t') || (c >= 0x7F && c < 0xA0);
    if (!is_control) out += c;
  }
  return narrow(out);
}

/// A single control character of the upper half is no key.
bool is_key(std::string_view key) {
  const std::wstring text = wide(key);
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](wchar_t c) { return c == 0 || (c >= 0x80 && c < 0xA0); });
}

}  // namespace

void TypedKeys::append(std::string_view bytes) {
  const std::size_t waiting = rest().size();
  if (!rest().starts_with(paste_begin)) {
    bytes_ += bytes.substr(0, limits::typed_ahead - std::min(limits::typed_ahead, waiting));
    return;
  }
  bytes_ += bytes;
  if (rest().size() <= limits::text + slack) return;
  is_too_long_ = true;
  // What may be the beginning of its end stays.
  const std::string kept(rest().substr(rest().size() - bytes.size() -
                                       std::min(waiting - paste_begin.size(), paste_end.size())));
  bytes_ = std::string(paste_begin) + kept;
  taken_ = 0;
  searched_ = 0;
}

void TypedKeys::take(std::size_t length) {
  taken_ += length;
  searched_ = 0;
  if (taken_ < bytes_.size() / 2) return;
  bytes_.erase(0, taken_);
  taken_ = 0;
}

/// Of the first key; 0: it is not whole.
std::size_t TypedKeys::key_length() const {
  const std::string_view keys = rest();
  if (keys.empty()) return 0;
  if (keys.front() != escape) {
    const std::size_t whole = character_length(keys.front());
    std::size_t length = 1;
    while (length < whole && length < keys.size() && goes_on(keys[length])) ++length;
    const bool is_cut = length < whole && length == keys.size();
    return is_cut ? 0 : length;
  }
  if (keys.size() < 2) return 0;
  const char second = keys[1];
  if (second == escape) return 1;
  if (second == 'O') return keys.size() < 3 ? 0 : 3;
  if (second != '[') {
    const std::size_t whole = 1 + character_length(second);
    return keys.size() < whole ? 0 : whole;
  }
  for (std::size_t i = 2; i < keys.size(); ++i) {
    if (keys[i] >= 0x40 && keys[i] <= 0x7E) return i + 1;
    if (keys[i] < 0x20 || i >= limits::key) return i;
  }
  return 0;
}

std::optional<TypedKeys::Piece> TypedKeys::take_paste() {
  const std::size_t end = rest().find(paste_end, std::max(searched_, paste_begin.size()));
  if (end == std::string_view::npos) {
    searched_ = rest().size() - std::min(rest().size(), paste_end.size());
    return std::nullopt;
  }
  Piece piece;
  piece.is_pasted = true;
  const std::size_t length = end - paste_begin.size();
  piece.is_too_long = std::exchange(is_too_long_, false) || length > limits::text;
  if (!piece.is_too_long) piece.text = cleaned(rest().substr(paste_begin.size(), length));
  take(end + paste_end.size());
  return piece;
}

std::optional<TypedKeys::Piece> TypedKeys::next() {
  for (;;) {
    if (rest().starts_with(paste_begin)) return take_paste();
    const std::size_t length = key_length();
    if (length == 0) return std::nullopt;
    Piece piece;
    piece.text = rest().substr(0, length);
    take(length);
    // Neither the end of a paste that has none nor an escape before another one is a key.
    const bool is_lone = piece.text.size() == 1 && piece.text.front() == escape;
    if (!is_lone && piece.text != paste_end && is_key(piece.text)) return piece;
  }
}

}  // namespace tine::cli
