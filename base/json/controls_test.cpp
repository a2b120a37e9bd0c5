#include "base/json/controls.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "tests/catch.h"

namespace tine::json {
namespace {

struct Shown {
  std::string_view given;
  std::string_view shown;
};

}  // namespace

TEST_CASE("controls: each becomes its picture, whichever way it is written") {
  const std::vector<Shown> cases = {
      {R"("\u001b[31mred\u001B[0m")", "\"␛[31mred␛[0m\""},
      {R"("\u001b]0;title\u0007")", "\"␛]0;title␇\""},
      {R"("back\b\f\u0000\u007f")", "\"back␈␌␀␡\""},
      {"\"raw \x7F\"", "\"raw ␡\""},
      {"\"\xC2\x9B"
       "31m\\u009d\"",
       "\"�31m�\""},
  };
  for (const Shown& each : cases) {
    CAPTURE(each.given);
    CHECK(has_controls(each.given));
    CHECK(with_pictures(each.given, {}) == each.shown);
    CHECK(View(each.shown).string().has_value());
  }
}

TEST_CASE("controls: everything else stays as it is") {
  for (const std::string_view text :
       {std::string_view(R"("lines\n\r\n\ttabs \"quoted\" \\u001b \\\\u0007 \u000a\u000D\u0009")"),
        std::string_view(R"("\u00e9\u00a0\u0020 \ud83d\ude00")"), std::string_view("\"°§ é 😀 ␛\""),
        std::string_view("\"cut \xC2\""), std::string_view("\"not UTF-8 \xC2\x28 \xFF\x9B\""),
        std::string_view(R"("\u00)"), std::string_view("\"\\"), std::string_view()}) {
    CAPTURE(text);
    CHECK_FALSE(has_controls(text));
    CHECK(with_pictures(text, {}) == text);
  }
}

TEST_CASE("controls: a backslash that is escaped itself escapes nothing") {
  CHECK(with_pictures(R"("\\\u001b \\u001b")", {}) == "\"\\\\␛ \\\\u001b\"");
}

TEST_CASE("controls: parts that are kept stay as they are") {
  const std::string text = R"({"title":"\u001b","rawInput":"\u001b","content":"\u0007"})";
  const std::vector<std::string_view> kept = {View(text).find("none").raw(),
                                              View(text).find("rawInput").raw()};
  CHECK(with_pictures(text, kept) == R"({"title":"␛","rawInput":"\u001b","content":"␇"})");
}

}  // namespace tine::json
