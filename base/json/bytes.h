#pragma once
// Finding the few bytes that matter in long runs of plain text, sixteen at a time where the
// processor can.

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tine::json {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

inline const char* skip_space(const char* p, const char* end) {
  while (p != end && is_space(*p)) ++p;
  return p;
}

/// The first byte at or after `p` that may not stand unescaped and unchecked inside a JSON string:
/// a quote, a backslash, a control byte or one outside ASCII. `end` when there is none.
inline const char* find_special(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  while (end - p >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // As signed numbers the control bytes and the bytes outside ASCII are both less than a space.
    const __m128i hit =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
                     _mm_cmplt_epi8(v, space));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#endif
  for (; p != end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) return p;
  }
  return end;
}

/// The first quote or backslash at or after `p`, or `end`.
inline const char* find_quote_or_backslash(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end - p >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#endif
  for (; p != end; ++p) {
    if (*p == '"' || *p == '\\') return p;
  }
  return end;
}

/// Goes on inside a string in which much is escaped, 64 bytes at a time whatever they are: to its
/// closing quote, or to a place near `end` that is not escaped.
inline const char* skip_escaped(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const auto places = [&p](__m128i what) {  // in the next 64 bytes, a bit each
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + i);
      const auto part = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, what)));
      mask |= static_cast<std::uint64_t>(part) << (16 * i);
    }
    return mask;
  };
  std::uint64_t first_escaped = 0;  // by the backslash that ended the block before
  for (; end - p > 64; p += 64) {
    const std::uint64_t backslashes = places(backslash);
    std::uint64_t escaped = first_escaped;
    if ((backslashes | first_escaped) != 0) {
      // Of a run of backslashes each second one is escaped, and what follows a run of odd length.
      // The borrow of one subtraction walks through all runs at once, as simdjson does it.
      constexpr std::uint64_t odd = 0xAAAAAAAAAAAAAAAA;
      const std::uint64_t starts = backslashes & ~first_escaped;
      const std::uint64_t codes = (((starts << 1U) | odd) - starts) ^ odd;
      escaped = codes ^ (backslashes | first_escaped);
      first_escaped = (codes & backslashes) >> 63U;
    }
    const std::uint64_t quotes = places(quote) & ~escaped;
    if (quotes != 0) return p + std::countr_zero(quotes);
  }
  p += first_escaped;
#else
  static_cast<void>(end);
#endif
  return p;
}

/// `p` is behind an opening quote; gives the place of the closing one, or `end`.
inline const char* find_string_end(const char* p, const char* end) {
  constexpr int many = 8;
  for (int escapes = 0;; ++escapes) {
    if (escapes == many) p = skip_escaped(p, end);
    p = find_quote_or_backslash(p, end);
    if (p == end || *p == '"') return p;
    p = end - p > 2 ? p + 2 : end;
  }
}

/// The first quote, bracket or brace at or after `p`, or `end`.
inline const char* find_structure(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  // '[' 0x5b, ']' 0x5d, '{' 0x7b, '}' 0x7d: equal but for bit 5 and bits 1-2.
  const __m128i fold = _mm_set1_epi8(0x20);
  const __m128i open = _mm_set1_epi8(0x7b);
  const __m128i close = _mm_set1_epi8(0x7d);
  while (end - p >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i folded = _mm_or_si128(v, fold);
    const __m128i hit =
        _mm_or_si128(_mm_cmpeq_epi8(v, quote),
                     _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#endif
  for (; p != end; ++p) {
    if (*p == '"' || *p == '[' || *p == ']' || *p == '{' || *p == '}') return p;
  }
  return end;
}

}  // namespace tine::json
