#include "base/tokens/rows.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "tests/catch.h"

namespace tine::tokens {
namespace {

using Pair = std::pair<std::size_t, std::size_t>;

template <std::size_t size>
int most_of(const std::array<std::uint8_t, size>& costs) {
  return *std::max_element(costs.begin(), costs.end());
}

/// What a text can cost more behind one row than behind another: the longest way through the pairs
/// of rows that the same bytes lead to.
class Excess {
 public:
  /// Looks at the pair of each row in `firsts` with `second`.
  Excess(const std::vector<std::size_t>& firsts, std::size_t second) {
    for (const std::size_t first : firsts) reach({first, second});
    // A way that visits no pair twice has fewer steps than there are pairs.
    for (std::size_t round = 0; bounded_ && grows(); ++round) bounded_ = round < pairs_.size();
  }

  bool is_bounded() const { return bounded_; }

  int over(std::size_t first, std::size_t second) const { return most_[first][second]; }

 private:
  void reach(Pair start) {
    std::vector<Pair> open = {start};
    while (!open.empty()) {
      const auto [first, second] = open.back();
      open.pop_back();
      if (first == second || reached_[first][second]) continue;
      reached_[first][second] = true;
      pairs_.emplace_back(first, second);
      for (std::size_t c = 0; c < 128; ++c)
        open.emplace_back(steps[first][c].next, steps[second][c].next);
    }
  }

  bool grows() {
    bool grown = false;
    for (const auto& [first, second] : pairs_) {
      // A character beyond ASCII leads to one row from both.
      int most = std::max(word_start(first, true) - word_start(second, true),
                          word_start(first, false) - word_start(second, false));
      for (std::size_t c = 0; c < 128; ++c) {
        const Step& one = steps[first][c];
        const Step& two = steps[second][c];
        most = std::max(most, one.cost - two.cost + most_[one.next][two.next]);
      }
      int& known = most_[first][second];
      grown = grown || most > known;
      known = std::max(known, most);
    }
    return grown;
  }

  bool bounded_ = true;
  std::vector<Pair> pairs_;
  std::array<std::array<bool, rows>, rows> reached_{};
  std::array<std::array<int, rows>, rows> most_{};
};

TEST_CASE("tokens: no text costs more behind another one than alone, but for the seam") {
  std::vector<std::size_t> others;
  for (std::size_t row = 0; row < rows; ++row)
    if (row != start) others.push_back(row);
  const auto excess = std::make_unique<Excess>(others, start);
  REQUIRE(excess->is_bounded());
  for (const std::size_t row : others) {
    INFO(row);
    CHECK(excess->over(row, start) <= int{costs::seam});
  }
}

TEST_CASE("tokens: a character never costs more than its bytes do in two texts") {
  // They are no characters then, and each costs as U+FFFD.
  const int byte = costs::three_bytes[page(0xFFFD)];
  const auto excess = std::make_unique<Excess>(std::vector<std::size_t>{inner}, other);
  REQUIRE(excess->is_bounded());
  const int two = most_of(costs::two_bytes) + most_of(costs::first_inner);
  CHECK(two + excess->over(inner, other) <= 2 * byte + int{costs::seam});
  const int three = std::max({most_of(costs::three_bytes), most_of(costs::wide_marks),
                              most_of(costs::kana), most_of(costs::han), most_of(costs::hangul)});
  CHECK(three <= 3 * byte + int{costs::seam});
  CHECK(most_of(costs::four_bytes) <= 4 * byte + int{costs::seam});
}

}  // namespace
}  // namespace tine::tokens
