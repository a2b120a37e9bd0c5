#include "cli/columns.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <array>

namespace tine::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 6> combining{{{0x0300, 0x036F},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200D},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0x303E},
                                     {0x3041, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t character) {
  return std::any_of(ranges.begin(), ranges.end(), [character](const Range& each) {
    return each.first <= character && character <= each.last;
  });
}

std::size_t width_of(char32_t character) {
  if (is_in(combining, character)) return 0;
  return is_in(wide, character) ? 2 : 1;
}

bool goes_on(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

struct Character {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};
Character first_of(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && goes_on(text[bytes])) ++bytes;
  const auto lead = static_cast<unsigned char>(text.front());
  const unsigned kept = bytes == 1 ? 0x7FU : 0xFFU >> (bytes + 1);
  char32_t character = lead & kept;
  for (std::size_t i = 1; i < bytes; ++i)
    character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {.bytes = bytes, .columns = width_of(character)};
}

}  // namespace

std::optional<std::size_t> columns_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_of(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t bytes = 0;
  std::size_t taken = 1;  // by the …
  while (bytes < text.size()) {
    const Character character = first_of(text.substr(bytes));
    if (taken + character.columns > columns) break;
    taken += character.columns;
    bytes += character.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

}  // namespace tine::cli
