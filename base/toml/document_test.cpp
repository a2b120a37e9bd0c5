#include "base/toml/document.h"

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "base/toml/limits.h"
#include "tests/catch.h"

namespace tine::toml {
namespace {

using namespace std::string_literals;

/// What is wrong with a text, after the name of the file.
std::string fault(std::string_view text) {
  const auto result = parse(text, "f", ErrorKind::config_invalid);
  if (result) return "none";
  return result.error().message.starts_with("f:") ? result.error().message.substr(2) : "?";
}

/// The value of the only key of a text.
Node value(const std::string& text) {
  const auto result = parse("a = " + text + "\n", "f", ErrorKind::config_invalid);
  INFO(text);
  REQUIRE(result);
  REQUIRE(result->children.size() == 1);
  return result->children[0];
}

/// A tree in one line: keys with values, tables in braces.
std::string tree(const Node& node) {
  std::string out;
  switch (node.type) {
    case Node::Type::table:
      for (const Node& child : node.children) {
        out.append(out.empty() ? "" : " ").append(child.key).append("=").append(tree(child));
      }
      return "{" + out + "}";
    case Node::Type::array:
      for (const Node& child : node.children) {
        out.append(out.empty() ? "" : " ").append(tree(child));
      }
      return "[" + out + "]";
    case Node::Type::string:
      return node.text;
    case Node::Type::integer:
      return std::to_string(node.integer);
    default:
      return std::string(describe(node.type));
  }
}

std::string tree(std::string_view text) {
  const auto result = parse(text, "f", ErrorKind::config_invalid);
  return result ? tree(*result) : result.error().message;
}

}  // namespace

TEST_CASE("toml: values keep their type, their order and their place") {
  const auto root = parse(
      "zebra = true\n"
      "int = -5\n"
      "frac = 1.5\n"
      "text = \"é\\n\"\n"
      "day = 1979-05-27\n"
      "list = [1, \"é\", 3]\n"
      "\n"
      "[table.inner]\n"
      "  key = \"v\"\n",
      "f", ErrorKind::config_invalid);
  REQUIRE(root);
  REQUIRE(root->children.size() == 7);
  const auto& all = root->children;
  CHECK(all[0].key == "zebra");
  CHECK(all[0].type == Node::Type::boolean);
  CHECK(all[0].boolean);
  CHECK(all[0].key_at == Position{1, 1});
  CHECK(all[0].at == Position{1, 9});
  CHECK(all[1].integer == -5);
  CHECK(all[2].number == 1.5);
  CHECK(all[3].text == "é\n");
  CHECK(all[4].type == Node::Type::date);
  CHECK(all[5].type == Node::Type::array);
  REQUIRE(all[5].children.size() == 3);
  CHECK(all[5].children[1].text == "é");
  CHECK(all[5].children[1].at == Position{6, 12});
  CHECK(all[5].children[2].at == Position{6, 17});
  CHECK(all[6].key == "table");
  CHECK(all[6].key_at == Position{8, 2});
  const Node* const inner = all[6].find("inner");
  REQUIRE(inner != nullptr);
  CHECK(inner->key_at == Position{8, 8});
  REQUIRE(inner->find("key") != nullptr);
  CHECK(inner->find("key")->key_at == Position{9, 3});
  CHECK(inner->find("key")->at == Position{9, 9});
  CHECK(root->find("nothing") == nullptr);
}

TEST_CASE("toml: integers in every form") {
  CHECK(value("0").integer == 0);
  CHECK(value("+99").integer == 99);
  CHECK(value("-17").integer == -17);
  CHECK(value("-0").integer == 0);
  CHECK(value("1_000").integer == 1000);
  CHECK(value("0xDEAD_beef").integer == 0xDEADBEEF);
  CHECK(value("0o755").integer == 0755);
  CHECK(value("0b1101").integer == 13);
  CHECK(value("9223372036854775807").integer == INT64_MAX);
  CHECK(value("-9223372036854775808").integer == INT64_MIN);
  for (const std::string_view text : {"01", "1_", "1__2", "+0x1", "0x", "0xG", "0o8", "0b2", "0x_1",
                                      "0x1_", "1a", "-01", "0_1"}) {
    INFO(text);
    CHECK(fault("a = " + std::string(text)) != "none");
  }
}

TEST_CASE("toml: fractions in every form") {
  CHECK(value("3.25").number == 3.25);
  CHECK(value("-0.5").number == -0.5);
  CHECK(value("+1e3").number == 1000);
  CHECK(value("5E-2").number == 0.05);
  CHECK(value("6.5e+01").number == 65);
  CHECK(value("1_0.2_5").number == 10.25);
  CHECK(std::isinf(value("inf").number));
  CHECK(value("-inf").number < 0);
  CHECK(std::isnan(value("+nan").number));
  for (const std::string_view text :
       {"1.", "1.e5", "1e", "1e+", "1.5.", "1._5", "1e_5", "1.5x", "03.14", "1.2_"}) {
    INFO(text);
    CHECK(fault("a = " + std::string(text)).starts_with("1:5: a number that is not well-formed"));
  }
  for (const std::string_view text : {".5", "yes", "True", "_1", "+", "-", "INF", "tru", "nanx"}) {
    INFO(text);
    CHECK(fault("a = " + std::string(text)) == "1:5: this is not a value; a string needs quotes");
  }
}

TEST_CASE("toml: dates and times are known and checked") {
  for (const std::string_view text :
       {"1979-05-27T07:32:00Z", "1979-05-27T07:32:00", "1979-05-27T00:32:00.999999-07:00",
        "1979-05-27", "07:32:00", "00:32:00.5", "2000-02-29", "1979-05-27T07:32:00+23:59"}) {
    INFO(text);
    CHECK(value(std::string(text)).type == Node::Type::date);
    CHECK(value(std::string(text)).text == text);
  }
  for (const std::string_view text :
       {"1979-13-01", "1979-00-01", "1979-02-29", "2100-02-29", "1979-04-31", "1979-5-27",
        "1979-05-27T", "1979-05-27T25:00:00", "07:60:00", "07:32", "1979-05-27T07:32:00.",
        "1979-05-27T07:32:00+1", "1979-05-27T07:32:00Zx", "07:32:00Z", "07:3_2:00"}) {
    INFO(text);
    CHECK(fault("a = " + std::string(text)).find("date or time that is not well-formed") !=
          std::string::npos);
  }
}

TEST_CASE("toml: strings of one line") {
  CHECK(value(R"("")").text.empty());
  CHECK(value(R"("a\"b\\c\b\t\n\f\r")").text == "a\"b\\c\b\t\n\f\r");
  CHECK(value(R"("\u00e9\U0001F600")").text == "é😀");
  CHECK(value(R"("\u0000")").text == "\0"s);
  CHECK(value(R"('C:\no\escape "q"')").text == R"(C:\no\escape "q")");
  CHECK(value("\"tab\there\"").text == "tab\there");
}

TEST_CASE("toml: strings of several lines") {
  CHECK(value("\"\"\"\"\"\"").text.empty());
  CHECK(value("\"\"\"\na\nb\"\"\"").text == "a\nb");
  CHECK(value("\"\"\"\r\na\r\nb\"\"\"").text == "a\nb");
  CHECK(value("\"\"\"a \\\n   \n  b\"\"\"").text == "a b");
  CHECK(value("\"\"\"a \\ \t\r\n b\"\"\"").text == "a b");
  CHECK(value("\"\"\"a\\\"\"\"\"").text == "a\"");
  CHECK(value("\"\"\"\"a\"\" b\"\"\"\"\"").text == "\"a\"\" b\"\"");
  CHECK(value("'''\na\\n'b''c'''").text == "a\\n'b''c");
  CHECK(value("''''''''").text == "''");
  CHECK(value("\"\"\"\\u00e9\"\"\"").text == "é");
}

TEST_CASE("toml: keys in every form") {
  CHECK(tree("a-b_C9 = 1\n1234 = 2\n\"q k\" = 3\n'l.k' = 4\n\"\" = 5") ==
        "{a-b_C9=1 1234=2 q k=3 l.k=4 =5}");
  CHECK(tree("a.b . \"c.d\" = 1\na.e = 2") == "{a={b={c.d=1} e=2}}");
  CHECK(tree("\"\\u0061\" = 1\na.b = 2").starts_with("f:2:1"));
}

TEST_CASE("toml: tables and arrays of tables") {
  CHECK(tree("[a]\nx=1\n[ a . b ]\ny=2\n[c]") == "{a={x=1 b={y=2}} c={}}");
  CHECK(tree("[a.b]\n[a]\nx=1") == "{a={b={} x=1}}");
  CHECK(tree("[[a]]\nx=1\n[[a]]\n[a.b]\ny=2\n[[a.c]]") == "{a=[{x=1} {b={y=2} c=[{}]}]}");
  CHECK(tree("[a]\nb.c=1\n[a.b.d]\nx=1") == "{a={b={c=1 d={x=1}}}}");
  CHECK(tree("[a.b.c]\n[a]\nb.x=1") == "{a={b={c={} x=1}}}");
}

TEST_CASE("toml: nothing is there twice and nothing closed is opened again") {
  constexpr std::string_view twice = "this key or table is already defined";
  for (const std::string_view text : {
           "a=1\na=2",
           "a=1\na.b=2",
           "a.b=1\na=2",
           "a={}\na.b=1",
           "a=1\n[a]",
           "[a]\n[a]",
           "[a]\nb=1\n[a.b]",
           "[a]\nb=1\n[a.b.c]",
           "[a]\nb.c=1\n[a.b]",
           "a.b=1\n[a]",
           "[a.b.c]\n[a]\nb.c.d=1",
           "[a.b.c]\n[a]\nb.d=1\n[a.b]",
           "a={b=1}\n[a.c]",
           "a=[]\n[[a]]",
           "a=[{}]\n[a.b]",
           "[a]\n[[a]]",
           "[a.b]\n[[a]]",
           "[[a]]\n[a]",
           "[[a]]\nb=1\nb=2",
           "a={b=1,b=2}",
           "a={b.c=1,b={}}",
           "[[a]]\n[[a.b]]\n[a.b]",
       }) {
    INFO(text);
    const std::string message = fault(text);
    CHECK(message.ends_with(twice));
  }
}

TEST_CASE("toml: arrays and inline tables") {
  CHECK(tree("a = []") == "{a=[]}");
  CHECK(tree("a = [ 1 , 'x' ,\n # note\n [ 2 ] , { b = 3 } , ]") == "{a=[1 x [2] {b=3}]}");
  CHECK(tree("a = { b = 1 , c.d = { e = 'f' } }") == "{a={b=1 c={d={e=f}}}}");
  CHECK(tree("a = {}") == "{a={}}");
}

TEST_CASE("toml: blanks, comments and line ends") {
  CHECK(tree("") == "{}");
  CHECK(tree("\xEF\xBB\xBF# note\r\n\r\n\t a = 1 # é\r\n#end") == "{a=1}");
  CHECK(tree("a = 1") == "{a=1}");
}

TEST_CASE("toml: the text must be UTF-8") { CHECK(fault("a = 'é€😀'") == "none"); }

TEST_CASE("toml: depth, number of values and size are bounded") {
  const auto repeated = [](std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += piece;
    return text;
  };
  const std::size_t depth = limits::max_depth;
  CHECK(fault("a" + repeated(".a", depth) + " = 1") == "none");
  CHECK(fault("a" + repeated(".a", depth + 1) + " = 1").ends_with(": values nested too deeply"));
  CHECK(fault("[a" + repeated(".a", depth - 1) + "]\na = 1") == "none");
  CHECK(fault("[a" + repeated(".a", depth) + "]").ends_with(": values nested too deeply"));
  CHECK(fault("[a.b]\na" + repeated(".a", depth) + " = 1") == "2:29: values nested too deeply");
  CHECK(fault("a = " + repeated("[", depth) + repeated("]", depth)) == "none");
  CHECK(fault("a = " + repeated("[", depth + 1) + repeated("]", depth + 1)) ==
        "1:21: values nested too deeply");
  CHECK(fault("a = " + repeated("[", 3 * depth)).ends_with(": values nested too deeply"));
  CHECK(fault("a = " + repeated("{a=", 3 * depth)).ends_with(": values nested too deeply"));

  const std::size_t nodes = limits::max_nodes;
  CHECK(fault("a = [" + repeated("1,", nodes - 1) + "]") == "none");
  CHECK(fault("a = [" + repeated("1,", nodes) + "]") == "1:4100: more than 2048 values");
  CHECK(fault(repeated("[[a]]\n", nodes - 1)) == "none");
  CHECK(fault(repeated("[[a]]\n", 50 * nodes)) == "2048:1: more than 2048 values");
  CHECK(fault("[a" + repeated(".a", 100 * nodes)) ==
        "1:409603: expected ']', found the end of the file");
  CHECK(fault("[a" + repeated(".a", 100 * nodes) + "]").ends_with(": more than 2048 values"));

  const std::string text(limits::max_text, '#');
  CHECK(fault(text) == "none");
  CHECK(fault(text + "#") == "1:1: the file is too large");
}

TEST_CASE("toml: every type has words of its own") {
  CHECK(describe(Node::Type::boolean) == "a boolean");
  CHECK(describe(Node::Type::integer) == "an integer");
  CHECK(describe(Node::Type::number) == "a number with a fraction");
  CHECK(describe(Node::Type::string) == "a string");
  CHECK(describe(Node::Type::date) == "a date or time");
  CHECK(describe(Node::Type::array) == "an array");
  CHECK(describe(Node::Type::table) == "a table");
}

}  // namespace tine::toml
