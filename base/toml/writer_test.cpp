#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/toml/document.h"
#include "base/toml/json.h"
#include "base/toml/limits.h"
#include "tests/catch.h"

namespace tine::toml {
namespace {

using namespace std::string_literals;

/// All that a tree says, whatever the order of keys and the form of tables.
std::string meaning(const Node& node) {
  std::vector<std::string> parts;
  for (const Node& child : node.children) parts.push_back(child.key + "=" + meaning(child));
  if (node.type == Node::Type::table) std::sort(parts.begin(), parts.end());
  std::string out(describe(node.type));
  out += ":" + node.text + ":" + std::to_string(node.integer) + (node.boolean ? "t" : "f");
  std::string bits;
  json::Writer(bits).number(std::isfinite(node.number) ? node.number : 0);
  out += bits + (std::isnan(node.number) ? "nan" : std::isinf(node.number) ? "inf" : "");
  out += std::signbit(node.number) ? "-(" : "(";
  for (const std::string& part : parts) out += part + ",";
  return out + ")";
}

Node tree_of(std::string_view text) {
  const auto root = parse(text, "f", ErrorKind::damaged);
  INFO(text << (root ? "" : root.error().message));
  REQUIRE(root);
  return *root;
}

std::string rewritten(std::string_view text) {
  const Node root = tree_of(text);
  const std::string out = write(root);
  const Node again = tree_of(out);
  CHECK(meaning(again) == meaning(root));
  CHECK(write(again) == out);
  return out;
}

}  // namespace

TEST_CASE("toml writer: values come first, then tables, in alphabetical order") {
  CHECK(rewritten("") == "");
  CHECK(rewritten("[t]\nb = true\n[t.u]\n[v]\nx = 1\n[a]") ==
        "[a]\n\n[t]\nb = true\n\n[t.u]\n\n[v]\nx = 1\n");
  CHECK(rewritten("a.b = 1\nc = 2\na.d.e = 3") == "c = 2\n\n[a]\nb = 1\n\n[a.d]\ne = 3\n");
  CHECK(rewritten("[a.b.c]\nx=1") == "[a.b.c]\nx = 1\n");
  CHECK(rewritten("[[a]]\nx=1\n[a.b]\ny=2\n[[a.c]]\n[[a]]") ==
        "[[a]]\nx = 1\n\n[a.b]\ny = 2\n\n[[a.c]]\n\n[[a]]\n");
  CHECK(rewritten("a = { b = 1 , c.d = { e = 'f' }, c.g = {} }") ==
        "a = { b = 1, c = { d = { e = \"f\" }, g = {} } }\n");
  CHECK(rewritten("a = [ 1 ,\n[ 2, # two\n ], { b = 3 } , []]") ==
        "a = [ 1, [ 2 ], { b = 3 }, [] ]\n");
}

TEST_CASE("toml writer: keys and strings are quoted where they must be") {
  CHECK(rewritten("a-b_C9 = 1\n1234 = 2\n\"q k\" = 3\n'l.k' = 4\n\"\" = 5\n\"é\" = 6") ==
        "\"\" = 5\n1234 = 2\na-b_C9 = 1\n\"l.k\" = 4\n\"q k\" = 3\n\"é\" = 6\n");
  CHECK(rewritten("['a]'.\"b\\\"\\n\"]") == "[\"a]\".\"b\\\"\\n\"]\n");
  CHECK(rewritten(R"(a = "\"\\\b\t\n\f\r\u0000\u001f\u007f\u0080é😀")") ==
        "a = \"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001F\\u007F\xC2\x80é😀\"\n");
  CHECK(rewritten(
            "\"'\" = 1\n\"'pv\" = 2\n\"a\\nb\" = 3\n\"a\\tb\" = 4\n[\"it's\"]\nx = {\"'\" = 1}") ==
        "\"'pv\" = 2\n\"'\" = 1\n\"a\\tb\" = 4\n\"a\\nb\" = 3\n\n[\"it's\"]\nx = { \"'\" = 1 }\n");
  CHECK(rewritten("a = '''\nx\ny'''") == "a = \"x\\ny\"\n");
}

TEST_CASE("toml writer: dates keep their meaning") {
  for (const std::string_view text :
       {"1979-05-27T07:32:00Z", "1979-05-27T07:32:00", "1979-05-27T00:32:00.999999-07:00",
        "1979-05-27", "07:32:00", "00:32:00.5"}) {
    const std::string line = "a = " + std::string(text) + "\n";
    CHECK(rewritten(line) == line);
  }
}

TEST_CASE("toml writer: a number reads back as the same number") {
  CHECK(rewritten("a = 0x10") == "a = 16\n");
  CHECK(rewritten("a = -9223372036854775808") == "a = -9223372036854775808\n");
  CHECK(rewritten("a = 3.0") == "a = 3.0\n");
  CHECK(rewritten("a = -0.0") == "a = -0.0\n");
  CHECK(rewritten("a = inf\nb = -inf\nc = nan") == "a = inf\nb = -inf\nc = nan\n");
  rewritten("a = -nan");
  Node root;
  root.children.emplace_back().key = "a";
  Node& node = root.children.front();
  node.type = Node::Type::number;
  using Limits = std::numeric_limits<double>;
  for (const double number : {0.1, 1e22, 1e23, 123456789012345680.0, 5e-324, 1.0 / 3, Limits::max(),
                              Limits::min(), -2.5e-7}) {
    node.number = number;
    CHECK(tree_of(write(root)).children.front().number == number);
  }
}

TEST_CASE("toml writer: what is made by hand is written below headers or within braces") {
  Node root;
  const auto add = [](Node& to, std::string key, Node::Type type) -> Node& {
    Node& node = to.children.emplace_back();
    node.key = std::move(key);
    node.type = type;
    return node;
  };
  using Type = Node::Type;
  Node& braces = add(root, "braces", Type::table);
  braces.is_inline = true;
  add(add(braces, "in", Type::table), "x", Type::string).text = "\xFF";
  add(add(root, "table", Type::table), "x", Type::integer);
  add(root, "day", Type::date).text = "tomorrow";
  CHECK(write(root) ==
        "braces = { in = { x = \"\uFFFD\" } }\nday = \"tomorrow\"\n\n[table]\nx = 0\n");
}

TEST_CASE("toml writer: numbers in arrays may be of any size") {
  rewritten("a = [-9223372036854775808, 9223372036854775807, 0]");
  rewritten("a = [inf, -inf, nan, 0.0, -0.0, 1e-300, 5e-324, 1.7976931348623157e308]");
}

TEST_CASE("toml writer: the deepest text that may be read stays within the limits") {
  const auto nested = [](std::string_view open, std::string_view close, std::size_t depth) {
    std::string text = "1";
    for (std::size_t i = 0; i < depth; ++i) text = std::string(open) + text + std::string(close);
    return text;
  };
  std::string dots = "k";
  for (std::size_t i = 1; i < limits::max_depth; ++i) dots += ".k";
  rewritten("[" + dots + "]\na = 1");
  rewritten("a = " + nested("[", "]", limits::max_depth));
  rewritten("a = " + nested("{a=", "}", limits::max_depth));
  rewritten("a = " + nested("{a.b=", "}", limits::max_depth / 2));
}

TEST_CASE("toml: a value as JSON") {
  const auto json_of = [](std::string_view text) {
    std::string out;
    json::Writer writer(out);
    return write_json(tree_of(text), writer) ? out : "none";
  };
  CHECK(json_of("a = 1\nb.c = [true, 'x', 1.5]\n[d]") ==
        R"({"a":1,"b":{"c":[true,"x",1.5]},"d":{}})");
  CHECK(json_of("a = 1979-05-27") == "none");
  CHECK(json_of("a = [inf]") == "none");
}

}  // namespace tine::toml
