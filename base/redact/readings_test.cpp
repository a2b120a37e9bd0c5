// The parts that the redactor reads with: blocks, digests, base64, escapes.

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/blocks.h"
#include "base/redact/chance.h"
#include "base/redact/digest.h"
#include "base/redact/escapes.h"
#include "base/redact/plausible.h"
#include "tests/catch.h"

using namespace tine::redact;

TEST_CASE("blocks: the vector code and the table agree") {
  std::mt19937 random(1);
  std::array<char, block_size> block{};
  for (int round = 0; round < 2000; ++round) {
    for (char& c : block) c = static_cast<char>(random());
    const BlockMasks fast = classify(block.data());
    const BlockMasks slow = classify_portably(block.data());
    CHECK(fast.token == slow.token);
    CHECK(fast.operators == slow.operators);
    CHECK(fast.dashes == slow.dashes);
    CHECK(fast.escapes == slow.escapes);
    const std::size_t count = 1 + random() % block_size;
    CHECK(text_openers(block.data(), count) == text_openers_portably(block.data(), count));
  }
}

TEST_CASE("digest: SipHash-2-4 of 128 bits, as its authors publish it") {
  DigestKey key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const Digest empty = digest(key, "");
  CHECK(empty.low == 0xe6a825ba047f81a3u);
  CHECK(empty.high == 0x930255c71472f66du);
  CHECK(digest(key, std::string_view("\0", 1)) == Digest{0x44af996bd8c187dau, 0x45fc229b11597634u});
  CHECK_FALSE(digest(DigestKey{}, "a") == digest(key, "a"));
}

TEST_CASE("base64: text is found at each offset, and nothing in what is no text") {
  const std::string text = "a text of forty characters, or about that";
  for (std::size_t before = 0; before < 4; ++before) {
    std::string chars(before, '/');
    std::string encoded;
    encode_base64(text, encoded);
    chars += encoded + "////";
    Base64Finder finder(chars);
    Base64Stretch stretch;
    bool found = false;
    while (finder.next(stretch)) {
      std::string decoded;
      decode_base64(std::string_view(chars).substr(stretch.begin, stretch.end - stretch.begin),
                    decoded);
      found = found || decoded.find(text) != std::string::npos;
    }
    CHECK(found);
  }
  Base64Finder none("////////////////////////////////////////////////////////////////////////");
  Base64Stretch stretch;
  CHECK_FALSE(none.next(stretch));
  std::string decoded;
  decode_base64("aGk_-w==", decoded);
  CHECK(decoded.substr(0, 2) == "hi");
}

TEST_CASE("escapes: what they mean") {
  CHECK(unescaped("plain") == "plain");
  CHECK(unescaped("\\u0041\\u00e9\\u20ac\\ud83d\\ude00") ==
        "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(unescaped("\\\\u0041 \\\\\\n") == "A \n");
  CHECK(unescaped("a\\tb\\\"c\\/d\\x41") == "a\tb\"c/dA");
  CHECK(unescaped("%41%4a%zz%4") == "AJ%zz%4");
  CHECK(unescaped("C:\\Windows") == "C:\\Windows");
  CHECK(unescaped("a\x1b[1;31mb\x1b]0;title\ac\x1b(Bd\x1b]8;;u\x1b\\e") == "abcde");
  CHECK(unescaped("\\ud83d x") == "\xed\xa0\xbd x");
  CHECK(unescaped("\x1b") == "\x1b");
}

TEST_CASE("escapes: the way back to the text as it came") {
  const std::string text = "ab\\u0041c\x1b[0md%42";
  Layer root;
  root.text = text;
  const std::vector<std::uint32_t> escapes{2, 9, 14};
  UnescapedText out;
  REQUIRE(unescape(root, escapes, out));
  REQUIRE(out.text == "abAcdB");
  Layer layer;
  layer.text = out.text;
  layer.parent = &root;
  layer.segments = &out.segments;
  const std::size_t begins[] = {0, 1, 2, 8, 13, 14};
  const std::size_t ends[] = {1, 2, 8, 9, 14, 17};
  for (std::size_t i = 0; i < out.text.size(); ++i) {
    CHECK(layer.root_begin(i) == begins[i]);
    CHECK(layer.root_end(i) == ends[i]);
    CHECK(layer.from_root(begins[i]) == i);
  }
}

TEST_CASE("escapes: an open one at the end is not read yet") {
  Layer root;
  root.text = "\\u0041 and \\u00";
  root.complete = false;
  UnescapedText out;
  REQUIRE(unescape(root, std::vector<std::uint32_t>{0, 11}, out));
  CHECK(out.text == "A and ");
  CHECK(out.read == 11);
}

TEST_CASE("plausible: entropy") {
  CHECK(entropy("") == 0);
  CHECK(entropy("aaaaaaaa") == 0);
  CHECK(entropy("abababab") == 100);
  CHECK(entropy("abcdefgh") == 300);
  CHECK(is_made_up("xxxxxxxxxxxxxxxxxxxx"));
  CHECK_FALSE(is_made_up("k7Qz9wLm2XcV4bNt8RfD"));
}
