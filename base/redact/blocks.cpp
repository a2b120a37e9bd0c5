#include "base/redact/blocks.h"

#include <array>
#include <cstring>

#include "base/redact/charset.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tine::redact {
namespace {

constexpr bool opens_text(unsigned char c) {
  // The values 2 and 3 (\t, \n, \r and their like) and 8 to 31 (32 to 127).
  return c == 'C' || c == 'D' || (c >= 'I' && c <= 'Z') || (c >= 'a' && c <= 'f');
}

}  // namespace

BlockMasks classify_portably(const char* block) {
  BlockMasks masks;
  for (std::size_t i = 0; i < block_size; ++i) {
    const char c = block[i];
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (in(c, sets::token)) masks.token |= bit;
    if (c == '=' || c == ':') masks.operators |= bit;
    if (c == '-') masks.dashes |= bit;
    if (c == '\\' || c == '%' || c == '\x1b') masks.escapes |= bit;
  }
  return masks;
}

std::uint64_t text_openers_portably(const char* chars, std::size_t count) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (opens_text(static_cast<unsigned char>(chars[i]))) mask |= std::uint64_t{1} << i;
  }
  return mask;
}

#if defined(__SSE2__)

namespace {

struct Lane {
  __m128i bytes;

  __m128i equal(char c) const { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
  /// Bytes from `first` to `last`.
  __m128i between(char first, char last) const {
    const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(static_cast<char>(last - first))),
                          shifted);
  }
};

Lane load(const char* from) {
  __m128i bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return {bytes};
}

std::uint64_t bits(__m128i mask) {
  return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask)));
}

}  // namespace

BlockMasks classify(const char* block) {
  BlockMasks masks;
  for (unsigned at = 0; at < block_size; at += 16) {
    const Lane lane = load(block + at);
    const Lane folded{_mm_or_si128(lane.bytes, _mm_set1_epi8(0x20))};
    // From '-' to '9' stand exactly - . / and the digits. Folding maps no other byte to a letter.
    __m128i token = _mm_or_si128(folded.between('a', 'z'), lane.between('-', '9'));
    token = _mm_or_si128(token, _mm_or_si128(lane.equal('_'), lane.equal('+')));
    masks.token |= bits(token) << at;
    masks.operators |= bits(_mm_or_si128(lane.equal('='), lane.equal(':'))) << at;
    masks.dashes |= bits(lane.equal('-')) << at;
    const __m128i escapes =
        _mm_or_si128(lane.equal('\\'), _mm_or_si128(lane.equal('%'), lane.equal('\x1b')));
    masks.escapes |= bits(escapes) << at;
  }
  return masks;
}

std::uint64_t text_openers(const char* chars, std::size_t count) {
  std::array<char, block_size> padded;
  if (count < block_size) {
    padded.fill('\0');
    std::memcpy(padded.data(), chars, count);
    chars = padded.data();
  }
  std::uint64_t mask = 0;
  for (unsigned at = 0; at < block_size; at += 16) {
    const Lane lane = load(chars + at);
    const __m128i opens = _mm_or_si128(_mm_or_si128(lane.between('C', 'D'), lane.between('I', 'Z')),
                                       lane.between('a', 'f'));
    mask |= bits(opens) << at;
  }
  return mask;
}

#else

BlockMasks classify(const char* block) { return classify_portably(block); }

std::uint64_t text_openers(const char* chars, std::size_t count) {
  return text_openers_portably(chars, count);
}

#endif

}  // namespace tine::redact
