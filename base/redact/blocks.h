#pragma once
// The first look at a text, 64 bytes at a time: where tokens, operators, dashes and escapes are.
// With SSE2 it reads 16 bytes per step; elsewhere a table gives the same bits.

#include <cstddef>
#include <cstdint>

namespace tine::redact {

inline constexpr std::size_t block_size = 64;

/// One bit per byte, the first byte lowest.
struct BlockMasks {
  std::uint64_t token = 0;      // sets::token
  std::uint64_t operators = 0;  // = and :
  std::uint64_t dashes = 0;     // -
  std::uint64_t escapes = 0;    // backslash, %, ESC
};

/// Reads block_size bytes.
BlockMasks classify(const char* block);

/// The same, byte by byte.
BlockMasks classify_portably(const char* block);

/// Which of `count` (at most 64) base64 characters can begin four that decode to text: those whose
/// six bits are the top of a printable ASCII byte, tab or newline.
std::uint64_t text_openers(const char* chars, std::size_t count);

/// The same, byte by byte.
std::uint64_t text_openers_portably(const char* chars, std::size_t count);

}  // namespace tine::redact
