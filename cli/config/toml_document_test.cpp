#include "cli/config/toml_document.h"

#include <string>

#include "cli/config/limits.h"
#include "tests/catch.h"

namespace tine::cli {
namespace {

std::string complaint(std::string_view text) {
  const auto result = parse_toml(text, "f");
  return result ? "none" : result.error().message;
}

}  // namespace

TEST_CASE("toml: values keep their type, their order and their place") {
  const auto root = parse_toml(
      "zebra = true\n"
      "int = -5\n"
      "frac = 1.5\n"
      "text = \"é\\n\"\n"
      "day = 1979-05-27\n"
      "list = [1, \"two\"]\n"
      "\n"
      "[table.inner]\n"
      "  key = \"v\"\n",
      "f");
  REQUIRE(root);
  REQUIRE(root->children.size() == 7);
  const auto& all = root->children;
  CHECK(all[0].key == "zebra");
  CHECK(all[0].type == TomlNode::Type::boolean);
  CHECK(all[0].boolean);
  CHECK(all[0].key_at == Position{1, 1});
  CHECK(all[0].at == Position{1, 9});
  CHECK(all[1].integer == -5);
  CHECK(all[2].number == 1.5);
  CHECK(all[3].text == "é\n");
  CHECK(all[4].type == TomlNode::Type::date);
  CHECK(all[5].type == TomlNode::Type::array);
  REQUIRE(all[5].children.size() == 2);
  CHECK(all[5].children[1].text == "two");
  CHECK(all[5].children[1].at == Position{6, 12});
  CHECK(all[6].key == "table");
  CHECK(all[6].key_at == Position{8, 2});
  const TomlNode* const inner = all[6].find("inner");
  REQUIRE(inner != nullptr);
  CHECK(inner->key_at == Position{8, 8});
  REQUIRE(inner->find("key") != nullptr);
  CHECK(inner->find("key")->key_at == Position{9, 3});
  CHECK(root->find("nothing") == nullptr);
}

TEST_CASE("toml: a failure begins with file, line and column, and has no control characters") {
  CHECK(complaint("\n x = ").starts_with("f:2:"));
  CHECK(complaint("a = 1\na = 2").starts_with("f:2:1: "));
  CHECK(complaint("").starts_with("none"));
  for (const std::string_view text : {"a = \x1B[31m", "\x1B = 1", "a = \"\x1B\"", "a = \"\xFF\""}) {
    const std::string message = complaint(text);
    CHECK(message.starts_with("f:1:"));
    CHECK(message.find('\x1B') == std::string::npos);
    CHECK(message.size() < 300);
  }
}

TEST_CASE("toml: what nests too deeply is refused before the parser recurses into it") {
  std::string dots = "a";
  for (std::size_t i = 0; i < limits::max_dots_in_line; ++i) dots += ".a";
  CHECK(complaint("[" + dots + "]") == "none");
  CHECK(complaint("\n[" + dots + ".a]") ==
        "f:2:1: more than 128 dots in a line; break it into several lines");
  CHECK(complaint(dots + "\n" + dots).find("dots") == std::string::npos);
  CHECK(complaint("a = " + std::string(10, '[') + std::string(10, ']')) == "none");
  CHECK(complaint("a = " + std::string(1000, '[') + std::string(1000, ']')) != "none");
  CHECK(complaint(std::string(1000, '[')) != "none");
}

TEST_CASE("toml: the size of a file is bounded") {
  std::string text(limits::max_config_file, '#');
  CHECK(complaint(text) == "none");
  CHECK(complaint(text + "#") == "f:1:1: the file is too large");
}

TEST_CASE("toml: every type has words of its own") {
  CHECK(describe(TomlNode::Type::boolean) == "a boolean");
  CHECK(describe(TomlNode::Type::integer) == "an integer");
  CHECK(describe(TomlNode::Type::number) == "a number with a fraction");
  CHECK(describe(TomlNode::Type::string) == "a string");
  CHECK(describe(TomlNode::Type::date) == "a date or time");
  CHECK(describe(TomlNode::Type::array) == "an array");
  CHECK(describe(TomlNode::Type::table) == "a table");
}

}  // namespace tine::cli
