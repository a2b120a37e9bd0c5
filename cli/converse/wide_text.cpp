#include "cli/converse/wide_text.h"

#include <array>
#include <bit>
#include <cstdint>

namespace tine::cli {
namespace {

constexpr std::uint32_t last_character = 0x10FFFF;

bool is_character(std::uint32_t code) {
  return code <= last_character && (code < 0xD800 || code > 0xDFFF);
}

/// How many bytes a character has that begins so; 0: none does.
std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

}  // namespace

std::wstring wide(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  std::wstring out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = length_of(lead);
    std::uint32_t code = length < 2 ? lead : lead & (0x7FU >> length);
    std::size_t i = 1;
    for (; i < length && i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xC0U) != 0x80U) break;
      code = (code << 6U) | (byte & 0x3FU);
    }
    const bool is_whole = length > 0 && i == length;
    if (is_whole && code >= least[length] && is_character(code)) out += static_cast<wchar_t>(code);
    text.remove_prefix(is_whole ? length : 1);
  }
  return out;
}

std::string narrow(std::wstring_view text) {
  std::string out;
  for (const wchar_t c : text) {
    const auto code = std::bit_cast<std::uint32_t>(c);
    if (!is_character(code)) continue;
    const auto rest = [&out, code](unsigned shift) {
      out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0U | (code >> 6U));
      rest(0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0U | (code >> 12U));
      rest(6);
      rest(0);
    } else {
      out += static_cast<char>(0xF0U | (code >> 18U));
      rest(12);
      rest(6);
      rest(0);
    }
  }
  return out;
}

}  // namespace tine::cli
