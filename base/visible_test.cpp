#include "base/visible.h"

#include <string>
#include <string_view>

#include "tests/catch.h"

namespace tine {
namespace {

std::string utf8(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6U), byte(0x80 | (c & 0x3FU))};
  if (c < 0x10000)
    return {byte(0xE0 | c >> 12U), byte(0x80 | (c >> 6U & 0x3FU)), byte(0x80 | (c & 0x3FU))};
  return {byte(0xF0 | c >> 18U), byte(0x80 | (c >> 12U & 0x3FU)), byte(0x80 | (c >> 6U & 0x3FU)),
          byte(0x80 | (c & 0x3FU))};
}

std::string in_parts(std::string_view text, std::size_t cut, VisibleText::Lines lines) {
  std::string out;
  VisibleText visible(lines);
  visible.append(text.substr(0, cut), out);
  visible.append(text.substr(cut), out);
  visible.finish(out);
  return out;
}

}  // namespace

TEST_CASE("visible: text that harms nobody stays as it is") {
  for (const std::string_view text :
       {"", "plain\n\tindented \\u001b", "naïve \xC2\xA0 ✓ größe",
        "日本語 한국어 हिन्दी क्‍ष", "می‌خواهم",
        "👨‍👩‍👧‍👦 1️⃣ ❤️ 🏳️‍🌈", "\xEE\x82\xB0 powerline"}) {
    CHECK(visible(text) == text);
  }
  CHECK(visible_line("a\nb\tc\r\nd") == "a b c d");
  CHECK(visible("a\r\nb") == "a\nb");
}

TEST_CASE("visible: what controls a terminal is shown instead") {
  CHECK(visible("\x1b[31mred\x1b[0m") == "\\u001b[31mred\\u001b[0m");
  CHECK(visible("\x1b]0;title\x07") == "\\u001b]0;title\\u0007");
  CHECK(visible("over\rwritten\b") == "over\\u000dwritten\\u0008");
  CHECK(visible(std::string_view("\0", 1)) == "\\u0000");
  CHECK(visible("\x7f") == "\\u007f");
  CHECK(visible("\xC2\x9B"
                "31m") == "\\u009b31m");
  for (char32_t c = 0; c < 0xA0; ++c) {
    const bool stays = (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t';
    INFO(static_cast<unsigned>(c));
    CHECK((visible(utf8(c)) == utf8(c)) == stays);
  }
}

TEST_CASE("visible: what cannot be seen or turns the text around is shown instead") {
  CHECK(visible("a\u202Eb") == "a\\u202eb");
  CHECK(visible("a\u2028b\u2029c") == "a\\u2028b\\u2029c");
  CHECK(visible("pass\u200Bword\u200D\u2060") == "pass\\u200bword\\u200d\\u2060");
  CHECK(visible("\U000E0041\U000E007F") == "\\udb40\\udc41\\udb40\\udc7f");
  CHECK(visible("\uFEFFx") == "\\ufeffx");
  // A joiner and a selector may follow one character, not each other.
  CHECK(visible("\u0645\u200C\u200C") == "\u0645\u200C\\u200c");
  CHECK(visible("❤\uFE0F\uFE0F\uFE01") == "❤\uFE0F\\ufe0f\\ufe01");
  CHECK(visible("\uFE0F") == "\\ufe0f");
  for (const char32_t c :
       {0xAD,   0x61C,  0x115F, 0x180E, 0x200B, 0x200C,  0x200D,  0x200E,  0x200F,  0x2028, 0x2029,
        0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060,  0x2064,  0x2066,  0x2067,  0x2068, 0x2069,
        0x206F, 0x3164, 0xFE00, 0xFEFF, 0xFFF9, 0x1D173, 0xE0001, 0xE0020, 0xE0100, 0xE01EF}) {
    INFO(static_cast<unsigned>(c));
    CHECK(visible(utf8(c)).starts_with("\\u"));
    CHECK(visible_line(utf8(c)) == visible(utf8(c)));
  }
}

TEST_CASE("visible: bytes that are no UTF-8 are shown as bytes") {
  CHECK(visible("\x9b"
                "31m") == "\\x9b31m");
  CHECK(visible("a\xC2") == "a\\xc2");
  CHECK(visible("\xC2q") == "\\xc2q");
  CHECK(visible("\xE2\x80\x1b") == "\\xe2\\x80\\u001b");
  CHECK(visible("\xED\xA0\x80") == "\\xed\\xa0\\x80");
  CHECK(visible("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(visible("\xC0\x9B") == "\\xc0\\x9b");
}

TEST_CASE("visible: a text in two parts is the same, wherever it is cut") {
  const std::string text =
      "é✓\U0001F468\u200D\U0001F469 \u202E\x9b\xE2\x80 \U000E0041 ❤\uFE0F end\xF0\x9F";
  for (const auto lines : {VisibleText::Lines::kept, VisibleText::Lines::joined}) {
    const std::string whole = in_parts(text, 0, lines);
    for (std::size_t cut = 1; cut <= text.size(); ++cut) CHECK(in_parts(text, cut, lines) == whole);
  }
}

}  // namespace tine
