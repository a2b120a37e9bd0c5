#pragma once
// Secrets that are known by their format: a literal prefix, then runs of characters of stated
// lengths. The formats are rows of shapes.def; the index over their prefixes is made by the
// compiler.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/redact/charset.h"
#include "base/redact/layer.h"
#include "base/redact/match.h"

namespace tine::redact {

/// What must stand around a secret.
enum class Edge : std::uint8_t {
  anywhere,  // the prefix tells enough
  bounded,   // no letter or digit before the prefix
  exact,     // and nothing after the last run that could belong to it
};

/// A run of `min` to `max` characters of `set`, or, with no set, the literal. The last run of a
/// shape takes whatever of its set follows, unless the edge is exact.
struct Piece {
  enum class Role : std::uint8_t { none, run, literal, lead, holds };
  Role role = Role::none;
  Set set = 0;
  std::uint16_t min = 0;
  std::uint16_t max = 0;
  std::string_view literal{};
};

inline constexpr std::uint16_t any_length = 0xFFFF;
inline constexpr std::size_t max_pieces = 5;

struct Shape {
  std::string_view kind;
  std::string_view prefix;
  Edge edge;
  std::array<Piece, max_pieces> pieces;
};

std::span<const Shape> shapes();

/// The farthest that a shape reaches before its prefix, together with the prefix.
inline constexpr std::size_t max_shape_anchor = 40;

/// One bit for each slot that four characters hash to.
inline constexpr std::size_t gram_bits = 14;
using GramSet = std::array<std::uint64_t, (std::size_t{1} << gram_bits) / 64>;

constexpr std::uint32_t gram_slot(char a, char b, char c, char d) {
  const auto byte = [](char x) { return std::uint32_t{static_cast<unsigned char>(x)}; };
  const std::uint32_t gram = byte(a) | byte(b) << 8 | byte(c) << 16 | byte(d) << 24;
  return (gram * 0x9E3779B1u) >> (32 - gram_bits);
}

extern const GramSet shape_grams;

/// Whether a shape's prefix may begin with these four characters; seldom true of others.
inline bool may_begin_shape(const char* four) {
  const std::uint32_t slot = gram_slot(four[0], four[1], four[2], four[3]);
  return (shape_grams[slot / 64] >> slot % 64 & 1) != 0;
}

/// The shape whose prefix begins at `prefix`, if one does.
Match match_shape(Reach& reach, std::size_t prefix);

}  // namespace tine::redact
