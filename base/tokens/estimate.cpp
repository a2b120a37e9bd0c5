#include "base/tokens/estimate.h"

namespace tine::tokens {
namespace {

/// A token, in the unit of the costs below.
constexpr std::uint64_t token = 16;

/// What a byte adds to the estimate.
constexpr std::uint64_t cost(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte >= 'a' && byte <= 'z') || byte == ' ') return 5;
  if (byte >= '0' && byte <= '9') return 8;
  return 10;
}

constexpr bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Finds where to cut a text that goes on behind its first `length` bytes.
std::size_t good_cut(std::string_view text, std::size_t length) {
  const std::size_t earliest = length - length / 4;
  for (std::size_t cut = length; cut > 0 && cut >= earliest; --cut)
    if (text[cut - 1] == '\n') return cut;
  for (std::size_t cut = length; cut > 0 && cut >= earliest; --cut)
    if (is_blank(text[cut]) && !is_blank(text[cut - 1])) return cut;
  while (length > 0 && !begins_character(text[length])) --length;
  return length;
}

}  // namespace

std::uint64_t estimate(std::string_view text) {
  std::uint64_t sum = 0;
  for (const char c : text) sum += cost(c);
  return (sum + token - 1) / token;
}

std::size_t prefix_within(std::string_view text, std::uint64_t most) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    sum += cost(text[at]);
    if ((sum + token - 1) / token > most) return good_cut(text, at);
  }
  return text.size();
}

}  // namespace tine::tokens
