#include "cli/converse/markdown.h"

#include <regex>

#include "tests/catch.h"

namespace tine::cli {
namespace {

constexpr const char* sample =
    "# Heading\n\nplain *one* **bold** `code **no**` end\n> quoted\n   ## deeper\n    # code\n"
    "```cpp\n# not a heading **no**\n```\n#hashtag\n####### seven\n*\n**\n``\n~~\nlast `open";

std::string in_pieces(std::string_view text, std::size_t size) {
  MarkdownColours colours;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) {
    std::string piece;
    colours.append(text.substr(at, size), piece);
    out += piece;
  }
  colours.finish(out);
  return out;
}

std::string without_colours(const std::string& text) {
  return std::regex_replace(text, std::regex("\033\\[[0-9]*m"), "");
}

TEST_CASE("markdown: but for the colours the text is the same, however it is cut") {
  const std::string whole = in_pieces(sample, 1'000);
  CHECK(without_colours(whole) == sample);
  for (std::size_t size = 1; size < 40; ++size) {
    CAPTURE(size);
    CHECK(in_pieces(sample, size) == whole);
  }
}

TEST_CASE("markdown: headings, code, quotes and bold text are coloured, and nothing behind them") {
  CHECK(in_pieces("# Title\nnext", 3) == "\033[0m\033[1m# Title\033[0m\nnext");
  CHECK(in_pieces("a `b` c", 1) == "a \033[0m\033[36m`b`\033[0m c");
  CHECK(in_pieces("a **b** c", 1) == "a \033[0m\033[1m**b**\033[0m c");
  CHECK(in_pieces("> q\nn", 1) == "\033[0m\033[2m> q\033[0m\nn");
  CHECK(in_pieces("```\n**x**\n```\ny", 1) ==
        "\033[0m\033[2m```\033[0m\n\033[0m\033[36m**x**\033[0m\n\033[0m\033[2m```\033[0m\ny");
  CHECK(in_pieces("a * b", 1) == "a * b");
}

}  // namespace
}  // namespace tine::cli
