#include "base/json/view.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "tests/joined.h"

namespace tine::json {
namespace {

std::vector<std::string> members_of(std::string_view text) {
  std::vector<std::string> all;
  for (const View::Member& member : View(text).members()) {
    all.push_back(std::string(member.key.raw()) + "=" + std::string(member.value.raw()));
  }
  return all;
}

std::vector<std::string> elements_of(std::string_view text) {
  std::vector<std::string> all;
  for (const View element : View(text).elements()) all.emplace_back(element.raw());
  return all;
}

std::string decoded(std::string_view escaped) {
  std::string out;
  unescape(escaped, out);
  return out;
}

}  // namespace

TEST_CASE("a string ends at its quote, whatever backslashes stand before it and wherever") {
  // Runs of backslashes, each followed by an escaped quote or a plain letter, cut at every place in
  // the blocks that are looked at together.
  const std::string many_escapes = R"(\n\n\n\n\n\n\n\n\n\n)";
  for (std::size_t run = 0; run <= 9; ++run) {
    for (std::size_t i = 0; i <= 260; ++i) {
      const std::string slashes(run, '\\');
      const std::string inside = many_escapes + std::string(i / 2, 'a') + slashes +
                                 (run % 2 == 1 ? "\"" : "b") + slashes + slashes;
      const std::string behind(i % 2 * 200, 'x');
      const std::string text = "[\"" + inside + "\",\"" + behind + "\",1]";
      INFO(text);
      const auto elements = elements_of(text);
      REQUIRE(elements.size() == 3);
      CHECK(elements[0] == "\"" + inside + "\"");
      CHECK(elements[2] == "1");
    }
  }
}

TEST_CASE("view: the type of each value") {
  CHECK(View().type() == Type::none);
  CHECK(View("null").type() == Type::null);
  CHECK(View("true").type() == Type::boolean);
  CHECK(View("false").type() == Type::boolean);
  CHECK(View("0").type() == Type::number);
  CHECK(View("-1").type() == Type::number);
  CHECK(View(R"("")").type() == Type::string);
  CHECK(View("[]").type() == Type::array);
  CHECK(View("{}").type() == Type::object);
  CHECK(View(" \r\n\t[] ").type() == Type::array);

  CHECK_FALSE(View().exists());
  CHECK(View("null").exists());
  CHECK(View("null").is_null());
  CHECK(View("{}").is_object());
  CHECK(View("[]").is_array());
  CHECK(View(R"("")").is_string());
  CHECK_FALSE(View("17").is_null());
  CHECK_FALSE(View("17").is_object());
  CHECK_FALSE(View("17").is_array());
  CHECK_FALSE(View("17").is_string());
}

TEST_CASE("view: types have names for messages") {
  CHECK(name_of(Type::none) == "nothing");
  CHECK(name_of(Type::null) == "null");
  CHECK(name_of(Type::boolean) == "boolean");
  CHECK(name_of(Type::number) == "number");
  CHECK(name_of(Type::string) == "string");
  CHECK(name_of(Type::array) == "array");
  CHECK(name_of(Type::object) == "object");
}

TEST_CASE("view: the raw text of a value is its own bytes, without the blanks around it") {
  CHECK(View(" -0 ").raw() == "-0");
  CHECK(View("\n{\"a\": 1}\t").raw() == "{\"a\": 1}");
}

TEST_CASE("view: booleans") {
  CHECK(View("true").boolean() == true);
  CHECK(View("false").boolean() == false);
  CHECK_FALSE(View("null").boolean());
  CHECK_FALSE(View("1").boolean());
  CHECK_FALSE(View(R"("true")").boolean());
}

TEST_CASE("view: integers are those that are written so and fit") {
  CHECK(View("0").integer() == 0);
  CHECK(View("-0").integer() == 0);
  CHECK(View("-17").integer() == -17);
  CHECK(View("9223372036854775807").integer() == std::numeric_limits<std::int64_t>::max());
  CHECK(View("-9223372036854775808").integer() == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(View("9223372036854775808").integer());
  CHECK_FALSE(View("1.0").integer());
  CHECK_FALSE(View("1e3").integer());
  CHECK_FALSE(View(R"("1")").integer());
  CHECK_FALSE(View("null").integer());
}

TEST_CASE("view: numbers are the nearest double") {
  CHECK(View("17").number() == 17.0);
  CHECK(View("-1.5e3").number() == -1500.0);
  CHECK(View("0.1").number() == 0.1);
  CHECK(View("1E+2").number() == 100.0);
  CHECK(View("1e-400").number() == 0.0);
  CHECK(View("4.9e-324").number() == std::numeric_limits<double>::denorm_min());
  CHECK(std::signbit(View("-0").number().value()));
  CHECK_FALSE(View("1e400").number());
  CHECK_FALSE(View("-1e400").number());
  CHECK_FALSE(View(R"("1")").number());
}

TEST_CASE("view: strings are decoded") {
  CHECK(View(R"("")").string() == "");
  CHECK(View(R"("plain")").string() == "plain");
  CHECK(View(R"("\"\\\/\b\f\n\r\t")").string() == "\"\\/\b\f\n\r\t");
  CHECK(View(R"("a\u0041\u00e9\u20AC\ud83d\uDE00z")").string() == "aAé€😀z");
  CHECK(View(R"("é€😀")").string() == "é€😀");
  CHECK(View(R"("\u0000")").string() == std::string(1, '\0'));
  CHECK(View(R"("\u007f\u0080\u07ff\u0800\uffff")").string() ==
        "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
  CHECK(View(R"("\ud800\udc00\udbff\udfff")").string() == "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
  CHECK_FALSE(View("17").string());
  CHECK_FALSE(View("{}").string());
}

TEST_CASE("view: escapes are found at every place of a long string") {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string head(before, 'a');
    const std::string text = joined({"\"", head, R"(\n)", head, R"(\\)", "\""});
    CHECK(View(text).string() == joined({head, "\n", head, "\\"}));
  }
}

TEST_CASE("view: the escaped text lies between the quotes") {
  CHECK(View(R"("a\nb")").escaped() == R"(a\nb)");
  CHECK(View(R"("")").escaped().empty());
  CHECK(View("17").escaped().empty());
  CHECK(View("[1]").escaped().empty());
}

TEST_CASE("view: unescape appends") {
  std::string out = "before ";
  unescape(R"(a\tb)", out);
  unescape("c", out);
  unescape("", out);
  CHECK(out == "before a\tbc");
}

TEST_CASE("view: comparing decodes only where it must") {
  CHECK(View(R"("abc")").equals("abc"));
  CHECK(View(R"("")").equals(""));
  CHECK_FALSE(View(R"("abc")").equals("abd"));
  CHECK_FALSE(View(R"("abc")").equals("ab"));
  CHECK(View(R"("a\u0062c")").equals("abc"));
  CHECK(View(R"("\\")").equals("\\"));
  CHECK_FALSE(View(R"("\\")").equals(R"(\\)"));
  CHECK_FALSE(View("17").equals("17"));
}

TEST_CASE("view: members come in their order, repeated names included") {
  CHECK(members_of("{}").empty());
  CHECK(members_of(" { } ").empty());
  CHECK(members_of(R"({"a":1})") == std::vector<std::string>{R"("a"=1)"});
  CHECK(
      members_of(" { \"a\" : 1 , \"b\" :[ 2 , {\"c\":3} ],\"a\":\"}\" , \"d\":null } ") ==
      std::vector<std::string>{R"("a"=1)", R"("b"=[ 2 , {"c":3} ])", R"("a"="}")", R"("d"=null)"});
  CHECK(members_of(R"({"a\"b":{"x":"]}\"{["},"c":-1e5})") ==
        std::vector<std::string>{R"("a\"b"={"x":"]}\"{["})", R"("c"=-1e5)"});
  CHECK(members_of("[1]").empty());
  CHECK(members_of(R"("{}")").empty());
}

TEST_CASE("view: elements come in their order") {
  CHECK(elements_of("[]").empty());
  CHECK(elements_of(" [ ] ").empty());
  CHECK(elements_of("[1]") == std::vector<std::string>{"1"});
  CHECK(elements_of("[1 ,\"a,b\",[2,[3]], {\"x\":[4]},true,\n-1.5 ]") ==
        std::vector<std::string>{"1", R"("a,b")", "[2,[3]]", R"({"x":[4]})", "true", "-1.5"});
  CHECK(elements_of(R"(["\\","\"","\\\""])") ==
        std::vector<std::string>{R"("\\")", R"("\"")", R"("\\\"")"});
  CHECK(elements_of("{}").empty());
}

TEST_CASE("view: a bracket is found at every place of a long value") {
  for (std::size_t blanks = 0; blanks < 40; ++blanks) {
    const std::string gap(blanks, ' ');
    const std::string inner = joined({"{", gap, "\"]\":", gap, "[", gap, "]", gap, "}"});
    CHECK(elements_of(joined({"[", inner, ",", gap, "2]"})) ==
          std::vector<std::string>{inner, "2"});
  }
}

TEST_CASE("view: the last member of a name is found") {
  const View view(R"({"a":1,"b":2,"\u0061":3,"c":{"a":4}})");
  CHECK(view.find("a").integer() == 3);
  CHECK(view.find("b").integer() == 2);
  CHECK(view.find("c").find("a").integer() == 4);
  CHECK_FALSE(view.find("d").exists());
  CHECK_FALSE(view.find("").exists());
  CHECK_FALSE(View("[1]").find("a").exists());
  CHECK_FALSE(View().find("a").exists());
  CHECK(View(R"({"":1})").find("").integer() == 1);
}

TEST_CASE("view: a value may be read through several views of one text") {
  const std::string text = R"({"a":{"b":[10,20,{"c":"\u00e9"}]}})";
  const View list = View(text).find("a").find("b");
  std::size_t count = 0;
  for (const View element : list.elements()) {
    if (element.is_object()) CHECK(element.find("c").string() == "é");
    ++count;
  }
  CHECK(count == 3);
  CHECK(list.raw().data() >= text.data());
}

TEST_CASE("view: a text that is not JSON is read to an end") {
  for (const std::string_view text :
       {"{",        "[",      "{]",  "[}",    "[1}2]", "[,,]", "{\"a\"",
        "{\"a\":}", "{1:2,}", "[\"", "[\"\\", "\"",    "[[[",  "{\"a\":[}",
        "[1]]2",    "]",      "x",   "[}}}]", "{,}",   "{:}"}) {
    std::size_t count = 0;
    for (const View element : View(text).elements()) count += element.raw().size() + 1;
    for (const View::Member& member : View(text).members()) count += member.value.raw().size() + 1;
    CHECK(count < 20);
  }
  CHECK(decoded("\\").empty());
  CHECK(decoded("ab\\u12").size() <= 6);
  CHECK(decoded(R"(\ud800)").size() <= 6);
  CHECK(decoded(R"(\ud800zzzzzz)").size() <= 12);
}

namespace {

/// The strings and numbers of a text, with the way to each, as a Walk meets them.
void walk_into(Walk& walk, const std::string& way, std::string& out) {
  const View whole =
      walk.object([&](View key) { walk_into(walk, way + "/" + std::string(key.escaped()), out); });
  if (!whole.is_object()) out += way + "=" + std::string(whole.raw()) + " ";
}

std::string walked(std::string_view text) {
  std::string out;
  Walk walk{View(text)};
  walk_into(walk, "", out);
  return out;
}

}  // namespace

TEST_CASE("a walk goes into the objects of a text once, and over all else") {
  CHECK(walked(R"({"a":{"b":{"c":"}"},"d":[{"e":1}]},"f":2})") ==
        R"(/a/b/c="}" /a/d=[{"e":1}] /f=2 )");
  CHECK(walked(R"( { "a" : { } , "b" : -1.5e3 , "" : null } )") == "/b=-1.5e3 /=null ");
  CHECK(walked(R"({"a":"\"","b\\":{"c":"\\"}})") == R"(/a="\"" /b\\/c="\\" )");
  CHECK(walked("{}").empty());
  CHECK(walked(R"([{"a":1}])") == R"(=[{"a":1}] )");
  CHECK(walked(R"({"a":1,"a":{"b":2}})") == "/a=1 /a/b=2 ");
}

TEST_CASE("a string is equal to a text, however it is escaped") {
  CHECK(View(R"("a\\b")").equals("a\\b"));
  CHECK(View(R"("\u0061b")").equals("ab"));
  CHECK_FALSE(View(R"("a\nb")").equals("a\\nb"));
  CHECK_FALSE(View(R"("ab")").equals("abc"));
  CHECK_FALSE(View(R"("abc")").equals("ab"));
}

}  // namespace tine::json

TEST_CASE("view: a member as text or as a count, or nothing of the kind") {
  const tine::json::View object(R"({"a":"x\ny","n":3,"m":-1,"f":1.5,"o":{}})");
  CHECK(text_in(object, "a") == "x\ny");
  CHECK(text_in(object, "n").empty());
  CHECK(text_in(object, "none").empty());
  CHECK(count_in(object, "n") == 3);
  for (const char* each : {"m", "f", "a", "o", "none"}) CHECK_FALSE(count_in(object, each));
}
