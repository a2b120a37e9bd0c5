#include "base/tokens/estimate.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "base/handled.h"
#include "base/json/utf8.h"
#include "tests/catch.h"

namespace tine::tokens {
namespace {

const std::string mixed =
    "The quick brown fox, 12345 times: {\"id\":\"a91f-77\"}\n\n\tint x = f(a[1]);\r\n"
    "日本語 größe 👨‍👩‍👧‍👦 \xff\xC3 QmFzZTY0Cg==";

/// Bytes of all sorts, cut into no characters more often than not.
std::string any_bytes(std::uint32_t seed, std::size_t size) {
  constexpr std::string_view likely =
      " \n\t\r aeioTHE019{}[]\"'\\.,-_/\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80";
  std::string bytes;
  while (bytes.size() < size) {
    seed = seed * 1664525U + 1013904223U;
    const std::uint32_t number = seed >> 8U;
    const bool is_any = number % 4 == 0;
    bytes += is_any ? static_cast<char>(number >> 8U) : likely[(number >> 4U) % likely.size()];
  }
  return bytes;
}

/// Checks the promises about a text at each of its bytes.
void check_promises(std::string_view text) {
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    INFO(cut);
    CHECK(estimate(text.substr(0, cut)) + estimate(text.substr(cut)) >= estimate(text));
    if (json::character_start(text, cut) == cut)
      CHECK(estimate(text.substr(0, cut)) <= estimate(text));
  }
}

TEST_CASE("tokens: the parts of a text have as many tokens as the whole, or more") {
  check_promises(mixed);
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    INFO(seed);
    check_promises(any_bytes(seed, 60));
  }
}

TEST_CASE("tokens: the empty text has none, and any other one has some") {
  CHECK(estimate("") == 0);
  for (int byte = 0; byte < 256; ++byte)
    CHECK(estimate(std::string(1, static_cast<char>(byte))) >= 2);
}

TEST_CASE("tokens: a line of its own has at most three more than as a part") {
  const std::string line = mixed + "\n";
  std::string text;
  for (std::uint64_t lines = 1; lines <= 200; ++lines) {
    text += line;
    CHECK(lines * estimate(line) - estimate(text) <= lines * 3);
  }
}

TEST_CASE("tokens: each byte of a text is looked at once, whatever it is") {
  for (const char byte : {'a', '\n', '\xF0'}) {
    INFO(static_cast<int>(byte));
    const std::string text(std::size_t{10} * 1024 * 1024, byte);
    const std::uint64_t before = bytes_handled();
    const std::uint64_t tokens = estimate(text);
    CHECK(bytes_handled() - before == text.size());
    CHECK(tokens <= 3 * text.size());
    CHECK(prefix_within(text, tokens) == text.size());
    CHECK(bytes_handled() - before == 2 * text.size());
    const std::size_t half = prefix_within(text, tokens / 2);
    CHECK(estimate(std::string_view(text).substr(0, half)) <= tokens / 2);
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
