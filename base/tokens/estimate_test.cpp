#include "base/tokens/estimate.h"

#include <string>
#include <string_view>

#include "tests/catch.h"

namespace tine::tokens {
namespace {

const std::string mixed =
    "The quick brown fox, 12345 times: {\"id\":\"a91f-77\"}\n\n\tint x = f(a[1]);\r\n"
    "日本語 größe 👨‍👩‍👧‍👦 \xff\xC3 QmFzZTY0Cg==";

TEST_CASE("tokens: the parts of a text have as many tokens as the whole, or more") {
  CHECK(estimate("") == 0);
  const std::string_view text = mixed;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    INFO(cut);
    CHECK(estimate(text.substr(0, cut)) + estimate(text.substr(cut)) >= estimate(text));
    CHECK(estimate(text.substr(0, cut)) <= estimate(text));
  }
}

TEST_CASE("tokens: a prefix stays within its tokens and ends where it can be read") {
  const std::string_view text = mixed;
  CHECK(prefix_within(text, 0) == 0);
  CHECK(prefix_within("", 7) == 0);
  CHECK(prefix_within(text, estimate(text)) == text.size());
  for (std::uint64_t most = 0; most <= estimate(text); ++most) {
    INFO(most);
    CHECK(estimate(text.substr(0, prefix_within(text, most))) <= most);
  }
  const std::string words = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll";
  for (std::uint64_t most = 12; most < estimate(words); ++most)
    CHECK(words[prefix_within(words, most)] == ' ');
  const std::string lines = "aaaa bbbb cccc dddd eeee ffff gggg\nhhhh iiii jjjj kkkk llll";
  CHECK(prefix_within(lines, estimate("aaaa bbbb cccc dddd eeee ffff gggg\nhhh")) == 35);
  const std::string letters = "ééééééééééééééé";
  for (std::uint64_t most = 1; most < estimate(letters); ++most)
    CHECK(prefix_within(letters, most) % 2 == 0);
}

}  // namespace
}  // namespace tine::tokens
