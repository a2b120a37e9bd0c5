#include "base/json/writer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/catch.h"
#include "tests/joined.h"

namespace tine::json {
namespace {

std::string written(const std::function<void(Writer&)>& write) {
  std::string out;
  Writer writer(out);
  write(writer);
  return out;
}

}  // namespace

TEST_CASE("writer: commas go where they belong") {
  CHECK(written([](Writer& w) { w.begin_object().end_object(); }) == "{}");
  CHECK(written([](Writer& w) { w.begin_array().end_array(); }) == "[]");
  CHECK(written([](Writer& w) {
          w.begin_object()
              .member("a", 1)
              .key("b")
              .begin_array()
              .integer(1)
              .begin_object()
              .end_object();
          w.begin_array().end_array().string("x").end_array().member("c", "d").end_object();
        }) == R"({"a":1,"b":[1,{},[],"x"],"c":"d"})");
  CHECK(written([](Writer& w) {
          w.begin_array().null().boolean(true).boolean(false).raw("[1]").number(0.5).end_array();
        }) == R"([null,true,false,[1],0.5])");
}

TEST_CASE("writer: strings that look like an open bracket do not hide a comma") {
  CHECK(written([](Writer& w) {
          w.begin_array().string("[").string(":").string("{").string("").end_array();
        }) == R"(["[",":","{",""])");
  CHECK(written([](Writer& w) {
          w.begin_object().member("{", "[").member(":", ":").end_object();
        }) == R"({"{":"[",":":":"})");
}

TEST_CASE("writer: members of every type") {
  const std::string text = "text";
  CHECK(written([&](Writer& w) {
          w.begin_object();
          w.member("a", "literal").member("b", text).member("c", std::string_view(text));
          w.member("d", true).member("e", -5).member("f", std::size_t{7}).member("g", 8U);
          w.member("h", std::int64_t{-9}).member("i", 1.5);
          w.raw_member("j", "[1]").raw_member("k", "").key("l").null();
          w.end_object();
        }) == R"({"a":"literal","b":"text","c":"text","d":true,"e":-5,"f":7,"g":8,"h":-9,"i":1.5,)"
              R"("j":[1],"l":null})");
}

TEST_CASE("writer: members that are JSON already") {
  CHECK(written([](Writer& w) {
          w.begin_object().raw_members("").member("a", 1).raw_members("").raw_members(
              R"("b":2,"c":3)");
          w.member("d", 4).end_object();
        }) == R"({"a":1,"b":2,"c":3,"d":4})");
  CHECK(written([](Writer& w) { w.begin_object().raw_members(R"("b":2)").end_object(); }) ==
        R"({"b":2})");
}

TEST_CASE("writer: members may stand without an object") {
  CHECK(written([](Writer& w) {
          w.member("a", 1).key("b").begin_object().member("c", 2).end_object().member("d", "e");
          w.raw_members(R"("f":3)").key("g").begin_array().end_array();
        }) == R"("a":1,"b":{"c":2},"d":"e","f":3,"g":[])");
}

TEST_CASE("writer: there is no comma between values that stand alone") {
  CHECK(written([](Writer& w) {
          w.begin_object().end_object().begin_array().integer(1).end_array().string("x");
        }) == R"({}[1]"x")");
}

TEST_CASE("writer: what stands in the string before it does not matter") {
  std::string out = "{\"old\":1}\n";
  Writer(out).begin_object().member("a", 1).end_object();
  out += '\n';
  Writer(out).member("b", 2);
  CHECK(out == "{\"old\":1}\n{\"a\":1}\n\"b\":2");
}

TEST_CASE("writer: any depth") {
  constexpr std::size_t depth = 1000;
  const std::string text = written([](Writer& w) {
    for (std::size_t i = 0; i < depth; ++i) w.begin_array().integer(1);
    for (std::size_t i = 0; i < depth; ++i) w.integer(2).end_array();
  });
  CHECK(nlohmann::json::accept(text));
  CHECK(text.substr(0, 9) == "[1,[1,[1,");
  CHECK(text.substr(text.size() - 9) == ",2],2],2]");
}

TEST_CASE("writer: integers to their limits") {
  CHECK(written([](Writer& w) { w.integer(std::numeric_limits<std::int64_t>::min()); }) ==
        "-9223372036854775808");
  CHECK(written([](Writer& w) { w.integer(std::numeric_limits<std::int64_t>::max()); }) ==
        "9223372036854775807");
  CHECK(written([](Writer& w) { w.unsigned_integer(std::numeric_limits<std::uint64_t>::max()); }) ==
        "18446744073709551615");
  CHECK(written([](Writer& w) { w.integer(0); }) == "0");
}

TEST_CASE("writer: doubles read back as they were, and what JSON cannot say is null") {
  for (const double value :
       {0.1, -1.5, 1e21, 1e-7, 123456789.125, 5e-324, 1.7976931348623157e308, 1e15}) {
    const std::string text = written([&](Writer& w) { w.number(value); });
    INFO(text);
    CHECK(nlohmann::json::parse(text).get<double>() == value);
  }
  CHECK(written([](Writer& w) { w.number(0.1); }) == "0.1");
  CHECK(written([](Writer& w) { w.number(17); }) == "17");
  CHECK(written([](Writer& w) { w.number(std::numeric_limits<double>::infinity()); }) == "null");
  CHECK(written([](Writer& w) { w.number(std::numeric_limits<double>::quiet_NaN()); }) == "null");
}

TEST_CASE("writer: every byte below 0x80 is written as JSON wants it") {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    const std::string json = json::quoted(text);
    INFO(json);
    REQUIRE(nlohmann::json::accept(json));
    CHECK(nlohmann::json::parse(json).get<std::string>() == text);
  }
  CHECK(json::quoted("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
  CHECK(json::quoted(std::string("\0\x01\x1F\x7F", 4)) == "\"\\u0000\\u0001\\u001f\x7F\"");
  CHECK(json::quoted("/") == R"("/")");
}

TEST_CASE("writer: clean text is copied as it is") {
  const std::string text = "plain, é, €, 😀 and  U+2028";
  CHECK(json::quoted(text) == "\"" + text + "\"");
  CHECK(json::quoted("") == R"("")");
}

TEST_CASE("writer: each byte that is not UTF-8 becomes one replacement character") {
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(json::quoted("\xFF") == "\"" + mark + "\"");
  CHECK(json::quoted("a\x80z") == "\"a" + mark + "z\"");
  CHECK(json::quoted("\xE2\x82") == "\"" + mark + mark + "\"");
  CHECK(json::quoted("\xE2\x82\xAC\xE2\x82") == "\"€" + mark + mark + "\"");
  CHECK(json::quoted("\xED\xA0\x80") == "\"" + mark + mark + mark + "\"");
  CHECK(json::quoted("\xC3\"") == "\"" + mark + "\\\"\"");
}

TEST_CASE("writer: the byte that matters is found at every place of a long text") {
  for (std::size_t before = 0; before < 70; ++before) {
    const std::string head(before, 'a');
    CHECK(json::quoted(joined({head, "\n", head})) == joined({"\"", head, "\\n", head, "\""}));
    CHECK(json::quoted(joined({head, "\xFF", head})) ==
          joined({"\"", head, "\xEF\xBF\xBD", head, "\""}));
    CHECK(json::quoted(joined({head, "é", head})) == joined({"\"", head, "é", head, "\""}));
  }
}

TEST_CASE("writer: text that grows sixfold has room") {
  for (std::size_t count = 0; count < 300; ++count) {
    std::string expected = "\"";
    for (std::size_t i = 0; i < count; ++i) expected += "\\u0001";
    CHECK(json::quoted(std::string(count, '\x01')) == expected + "\"");
  }
}

TEST_CASE("writer: escape appends") {
  std::string out = "before ";
  escape("a\n", out);
  escape("b", out);
  CHECK(out == "before a\\nb");
}

}  // namespace tine::json
