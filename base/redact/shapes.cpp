#include "base/redact/shapes.h"

#include <algorithm>

#include "base/redact/plausible.h"

namespace tine::redact {
namespace {

using sets::alnum;
using sets::any_base64;
using sets::any_hex;
using sets::base32;
using sets::base64;
using sets::dash;
using sets::digit;
using sets::dot;
using sets::equals;
using sets::hex;
using sets::letter;
using sets::lower;
using sets::name;
using sets::slash;
using sets::upper;
using sets::word;
using enum Edge;

constexpr Piece run(int set, std::uint16_t min, std::uint16_t max = any_length) {
  return {Piece::Role::run, static_cast<Set>(set), min, max, {}};
}
constexpr Piece lit(std::string_view literal) { return {Piece::Role::literal, 0, 0, 0, literal}; }
/// What must stand before the prefix and belongs to the secret.
constexpr Piece lead(int set, std::uint16_t min, std::uint16_t max) {
  return {Piece::Role::lead, static_cast<Set>(set), min, max, {}};
}
/// What must occur somewhere in the secret.
constexpr Piece holds(std::string_view literal) { return {Piece::Role::holds, 0, 0, 0, literal}; }

#define PIECES(...) \
  { __VA_ARGS__ }
#define SHAPE(kind, prefix, edge, pieces, lead, body, counter) Shape{kind, prefix, edge, {pieces}},
constexpr Shape table[] = {
#include "base/redact/shapes.def"
};
#undef SHAPE
#undef PIECES

/// What the compiler knows about the prefixes.
struct Index {
  GramSet grams{};
  /// Rows by the first byte of their prefix, in the order of the table.
  std::array<std::uint8_t, std::size(table)> rows{};
  /// The first two bytes of each of these.
  std::array<std::uint16_t, std::size(table)> pairs{};
  std::array<std::uint8_t, 257> first{};
};

constexpr std::uint16_t pair_of(int a, int b) { return static_cast<std::uint16_t>(a << 8 | b); }

constexpr Index index = [] {
  Index made;
  const auto mark = [&made](std::uint32_t slot) {
    made.grams[slot / 64] |= std::uint64_t{1} << slot % 64;
  };
  for (const Shape& shape : table) {
    const std::string_view p = shape.prefix;
    if (p.size() >= 4) mark(gram_slot(p[0], p[1], p[2], p[3]));
    for (unsigned c = 0; p.size() == 3 && c < 256; ++c) {
      const auto next = static_cast<char>(static_cast<unsigned char>(c));
      if (in(next, shape.pieces[0].set)) mark(gram_slot(p[0], p[1], p[2], next));
    }
  }
  std::size_t count = 0;
  for (unsigned c = 0; c < 256; ++c) {
    made.first[c] = static_cast<std::uint8_t>(count);
    for (std::size_t row = 0; row < std::size(table); ++row) {
      const std::string_view p = table[row].prefix;
      if (static_cast<unsigned char>(p[0]) != c) continue;
      made.pairs[count] = pair_of(p[0], p[1]);
      made.rows[count++] = static_cast<std::uint8_t>(row);
    }
  }
  made.first[256] = static_cast<std::uint8_t>(count);
  return made;
}();

constexpr bool fits_anchor(const Shape& shape) {
  std::size_t length = shape.prefix.size();
  for (const Piece& piece : shape.pieces) {
    if (piece.role == Piece::Role::lead) length += piece.max;
  }
  return length <= max_shape_anchor;
}

static_assert(std::size(table) < 256);
static_assert(std::all_of(std::begin(table), std::end(table), fits_anchor));

/// A token that was copied without its last characters: it is nearly as good as the whole.
bool is_cut(const Shape& shape, const Piece& piece, std::string_view run) {
  constexpr std::size_t long_run = 24;
  constexpr std::size_t missing = 4;
  return piece.min >= long_run && run.size() + missing >= piece.min && shape.prefix.size() >= 4 &&
         shape.edge != Edge::exact &&
         is_plausible_secret(run, NameStrength::strong, Writing::literal);
}

/// The shape of one row at `prefix`, whose literal is known to stand there.
Match match_row(Reach& reach, const Shape& shape, std::size_t prefix) {
  Match match{prefix, prefix + shape.prefix.size(), shape.kind};
  std::size_t& i = match.end;
  const std::size_t body = i;
  Set last = 0;
  bool held = true;
  for (const Piece& piece : shape.pieces) {
    switch (piece.role) {
      case Piece::Role::none:
        break;
      case Piece::Role::literal:
        if (!reach.starts_with(i, piece.literal)) return {};
        i += piece.literal.size();
        break;
      case Piece::Role::run: {
        const std::size_t end = reach.run_end(
            i, piece.set, piece.max == any_length ? limits::max_secret_tail : piece.max);
        if (end - i < piece.min && !is_cut(shape, piece, reach.slice(i, end))) return {};
        i = end;
        last = piece.set;
        break;
      }
      case Piece::Role::lead: {
        while (match.begin > 0 && in(reach.before(match.begin), piece.set) &&
               prefix - match.begin <= piece.max) {
          --match.begin;
        }
        const std::size_t length = prefix - match.begin;
        if (length < piece.min || length > piece.max) return {};
        break;
      }
      case Piece::Role::holds:
        held = reach.slice(body, std::min(i, body + limits::max_judged)).find(piece.literal) !=
               std::string_view::npos;
        break;
    }
  }
  if (shape.edge != Edge::anywhere && in(reach.before(match.begin), sets::alnum)) return {};
  if (shape.edge == Edge::exact) {
    if (in(reach.at(i), static_cast<Set>(last | sets::name))) return {};
  } else {
    i = reach.run_end(i, last);
  }
  if (!held) return {};
  while (reach.slice(i - 1, i) == ".") --i;
  if (is_made_up(reach.slice(body, std::min(i, body + limits::max_judged)))) return {};
  return match;
}

}  // namespace

constinit const GramSet shape_grams = index.grams;

std::span<const Shape> shapes() { return table; }

Match match_shape(Reach& reach, std::size_t prefix) {
  const int byte = reach.at(prefix);
  if (byte < 0) return {};
  const auto first = static_cast<std::size_t>(byte);
  const int second = reach.at(prefix + 1);
  const std::uint16_t pair = pair_of(byte, second);
  for (std::size_t i = index.first[first]; i < index.first[first + 1]; ++i) {
    if (second >= 0 && index.pairs[i] != pair) continue;
    const Shape& shape = table[index.rows[i]];
    if (!reach.starts_with(prefix, shape.prefix)) continue;
    if (const Match match = match_row(reach, shape, prefix)) return match;
  }
  return {};
}

}  // namespace tine::redact
