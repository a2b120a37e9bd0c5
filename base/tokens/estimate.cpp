#include "base/tokens/estimate.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/handled.h"
#include "base/json/utf8.h"
#include "base/tokens/costs.h"
#include "base/tokens/rows.h"

namespace tine::tokens {
namespace {

/// Goes through a text, character by character, and adds up the costs.
class Walk {
 public:
  explicit Walk(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool is_done() const { return at_ == end_; }
  const char* at() const { return at_; }

  void step() {
    const auto byte = static_cast<unsigned char>(*at_);
    if (byte < 0x80) {
      const Step& step = steps[row_][byte];
      sum_ += step.cost;
      row_ = step.next;
      ++at_;
    } else {
      wide_step();
    }
  }

  /// What it has gone through, in parts of a token.
  std::uint64_t sum() const { return sum_; }

 private:
  void wide_step() {
    const std::size_t length = json::utf8_length(at_, end_);
    const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(at_[i]); };
    const auto low = [&byte](std::size_t i) { return byte(i) & 0x3FU; };
    if (length == 2) {
      take_two_bytes((byte(0) & 0x1FU) << 6U | low(1));
    } else {
      sum_ += length == 3   ? three_bytes((byte(0) & 0x0FU) << 12U | low(1) << 6U | low(2))
              : length == 4 ? four_bytes((byte(0) & 0x07U) << 12U | low(1) << 6U | low(2))
                            : three_bytes(0xFFFD);  // what stands for it in a request
      row_ = other;
    }
    at_ += std::max<std::size_t>(length, 1);
  }

  void take_two_bytes(std::size_t c) {
    sum_ += costs::two_bytes[c - 0x80];
    if (c < 0xC0 || c == 0xD7 || c == 0xF7) {
      row_ = other;
      return;
    }
    sum_ += word_start(row_, c < 0x250);
    row_ = inner;
  }

  static std::uint64_t three_bytes(std::size_t c) {
    const auto is_in = [c](std::size_t first, std::size_t last) { return c >= first && c <= last; };
    if (is_in(0x2000, 0x206F)) return costs::wide_marks[c - 0x2000];
    if (is_in(0x3000, 0x30FF)) return costs::kana[c - 0x3000];
    if (is_in(0x4E00, 0x9FFF)) return costs::han[two_bits(costs::han_tokens, c - 0x4E00)];
    if (is_in(0xAC00, 0xD7A3)) return costs::hangul[two_bits(costs::hangul_tokens, c - 0xAC00)];
    return costs::three_bytes[page(c)];
  }

  template <std::size_t size>
  static std::size_t two_bits(const std::array<std::uint8_t, size>& bytes, std::size_t index) {
    return bytes[index / 4] >> (2 * (index % 4)) & 3U;
  }

  /// Takes the page: the character without its last six bits.
  static std::uint64_t four_bytes(std::size_t page) {
    constexpr std::size_t first = 0x1F000 >> 6U;
    constexpr std::size_t pages = costs::four_bytes.size() - 1;
    return costs::four_bytes[page >= first && page < first + pages ? page - first : pages];
  }

  const char* at_;
  const char* end_;
  std::uint64_t sum_ = costs::seam;
  std::uint8_t row_ = start;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Finds where to cut a text that goes on behind its first `length` bytes, which are characters.
std::size_t good_cut(std::string_view text, std::size_t length) {
  const std::size_t earliest = length - length / 4;
  for (std::size_t cut = length; cut > 0 && cut >= earliest; --cut)
    if (text[cut - 1] == '\n') return cut;
  for (std::size_t cut = length; cut > 0 && cut >= earliest; --cut)
    if (is_blank(text[cut]) && !is_blank(text[cut - 1])) return cut;
  return length;
}

}  // namespace

std::uint64_t estimate(std::string_view text) {
  if (text.empty()) return 0;
  count_handled(text.size());
  Walk walk(text);
  while (!walk.is_done()) walk.step();
  return (walk.sum() + costs::token - 1) / costs::token;
}

std::size_t prefix_within(std::string_view text, std::uint64_t most) {
  constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t parts = most > unbounded / costs::token ? unbounded : most * costs::token;
  Walk walk(text);
  while (!walk.is_done()) {
    const char* const before = walk.at();
    walk.step();
    if (walk.sum() <= parts) continue;
    const auto length = static_cast<std::size_t>(before - text.data());
    count_handled(length);
    return good_cut(text, length);
  }
  count_handled(text.size());
  return text.size();
}

}  // namespace tine::tokens
