#include "base/redact/base64.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/redact/blocks.h"

namespace tine::redact {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  table['-'] = 62;
  table['_'] = 63;
  return table;
}();

constexpr unsigned value(char c) { return values[static_cast<unsigned char>(c)]; }

constexpr bool printable(unsigned byte) {
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\r' || byte == '\t' ||
         byte == 0x1b;
}

/// How far from a block's first bit a group's openers reach, so that a block's candidates need
/// the bits of min_text_groups groups.
constexpr std::size_t block_step = block_size - 4 * (min_text_groups - 1);

}  // namespace

bool Base64Finder::is_text_group(std::size_t i) const {
  const unsigned a = value(chars_[i]);
  const unsigned b = value(chars_[i + 1]);
  const unsigned c = value(chars_[i + 2]);
  const unsigned d = value(chars_[i + 3]);
  return printable(a << 2 | b >> 4) && printable((b & 15) << 4 | c >> 2) &&
         printable((c & 3) << 6 | d);
}

/// Fills candidates_ with the offsets from `i` on where min_text_groups groups may begin.
bool Base64Finder::openers_at(std::size_t i) {
  if (i + 4 * min_text_groups > chars_.size()) return false;
  const std::size_t count = std::min(block_size, chars_.size() - i);
  std::uint64_t mask = text_openers(chars_.data() + i, count);
  for (std::size_t group = 1; group < min_text_groups; group *= 2) mask &= mask >> 4 * group;
  block_ = i;
  candidates_ = mask & ((std::uint64_t{1} << block_step) - 1);
  return true;
}

bool Base64Finder::next(Base64Stretch& stretch) {
  for (;;) {
    while (candidates_ == 0) {
      if (!openers_at(at_)) return false;
      at_ += block_step;
    }
    const std::size_t begin = block_ + static_cast<std::size_t>(std::countr_zero(candidates_));
    candidates_ &= candidates_ - 1;
    if (begin + 4 * min_text_groups > chars_.size() || begin < read_[begin % 4]) continue;
    std::size_t end = begin;
    while (end + 4 <= chars_.size() && is_text_group(end)) end += 4;
    if (end - begin < 4 * min_text_groups) continue;
    read_[begin % 4] = end;
    stretch.begin = begin >= 4 ? begin - 4 : begin;
    stretch.end = std::min(end + 4, chars_.size());
    return true;
  }
}

void decode_base64(std::string_view chars, std::string& out) {
  out.clear();
  out.reserve(chars.size() * 3 / 4 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : chars) {
    bits = bits << 6 | value(c);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
}

void encode_base64(std::string_view bytes, std::string& out) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) {
      count -= 6;
      out.push_back(alphabet[bits >> count & 63]);
    }
  }
  if (count > 0) out.push_back(alphabet[bits << (6 - count) & 63]);
}

}  // namespace tine::redact
