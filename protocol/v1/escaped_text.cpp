#include "protocol/v1/escaped_text.h"

#include <algorithm>

#include "base/json/bytes.h"
#include "base/json/utf8.h"

namespace tine::v1 {
namespace {

/// How many bytes the escape at the start of `text` has; both halves of a pair of surrogates are
/// one.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2 || text[1] != 'u') return std::min<std::size_t>(text.size(), 2);
  const bool high = text.size() >= 12 && (text[2] == 'd' || text[2] == 'D') &&
                    (text[3] == '8' || text[3] == '9' || text[3] == 'a' || text[3] == 'A' ||
                     text[3] == 'b' || text[3] == 'B');
  return std::min<std::size_t>(text.size(), high ? 12 : 6);
}

}  // namespace

std::size_t cut_place(std::string_view escaped, std::size_t limit) {
  if (escaped.size() <= limit) return escaped.size();
  const char* const begin = escaped.data();
  const char* const end = begin + limit;
  const char* p = begin;
  const char* plain = begin;  // where the run without escapes begins that the limit lies in
  for (;;) {
    p = json::find_quote_or_backslash(p, end);
    if (p >= end) break;
    const std::size_t length = escape_length(escaped.substr(static_cast<std::size_t>(p - begin)));
    if (static_cast<std::size_t>(end - p) < length) {
      return p == begin ? length : static_cast<std::size_t>(p - begin);
    }
    p += length;
    plain = p;
  }
  p = end;
  while (p != plain && json::continues_character(*p)) --p;
  if (p != begin) return static_cast<std::size_t>(p - begin);
  // Not even one character or escape fits: take it whole.
  if (*begin == '\\') return escape_length(escaped);
  ++p;
  while (p != begin + escaped.size() && json::continues_character(*p)) ++p;
  return static_cast<std::size_t>(p - begin);
}

}  // namespace tine::v1
