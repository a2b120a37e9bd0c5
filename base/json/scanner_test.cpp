#include "base/json/scanner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "tests/joined.h"

namespace tine::json {
namespace {

using namespace std::string_literals;

struct Verdict {
  Fault fault = Fault::none;
  std::size_t offset = 0;
  bool object = false;
  bool array = false;
  bool blank = false;
  std::vector<std::string> members;  // "key=value", as they stand in the text

  bool operator==(const Verdict&) const = default;
};

std::string_view part(std::string_view text, Range range) {
  return text.substr(range.begin, range.end - range.begin);
}

Verdict verdict_of(const Scanner& scanner, std::string_view text) {
  Verdict verdict{scanner.fault(),    scanner.fault_offset(), scanner.is_object(),
                  scanner.is_array(), scanner.blank(),        {}};
  for (const Member& member : scanner.members()) {
    verdict.members.push_back(std::string(part(text, member.key)) + "=" +
                              std::string(part(text, member.value)));
  }
  return verdict;
}

/// Scans the text in pieces that end at the given places.
Verdict scan_cut(std::string_view text, std::initializer_list<std::size_t> cuts) {
  Scanner scanner;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    scanner.feed(text.substr(from, cut - from));
    from = cut;
  }
  scanner.feed(text.substr(from));
  scanner.finish();
  return verdict_of(scanner, text);
}

/// Scans the text whole, byte by byte and cut in two and in three at every place, all of which must
/// agree.
Verdict scan(std::string_view text) {
  Verdict whole = scan_cut(text, {});
  Scanner stepper;
  for (std::size_t i = 0; i < text.size(); ++i) stepper.feed(text.substr(i, 1));
  stepper.finish();
  INFO(text);
  CHECK(verdict_of(stepper, text) == whole);
  bool same = true;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    same = same && scan_cut(text, {i}) == whole;
    same = same && scan_cut(text, {i, std::min(i + 3, text.size())}) == whole;
  }
  CHECK(same);
  return whole;
}

bool good(std::string_view text) { return scan(text).fault == Fault::none; }

bool bad(std::string_view text, Fault fault, std::size_t offset) {
  const Verdict verdict = scan(text);
  UNSCOPED_INFO("fault " << describe(verdict.fault) << " at " << verdict.offset);
  return verdict.fault == fault && verdict.offset == offset;
}

bool accepts(std::string_view text) {
  Scanner scanner;
  scanner.feed(text);
  return scanner.finish();
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// The characters of a text by the definition of UTF-8, not by the table that the scanner uses.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80              ? 1
                               : (lead & 0xE0U) == 0xC0 ? 2
                               : (lead & 0xF0U) == 0xE0 ? 3
                               : (lead & 0xF8U) == 0xF0 ? 4
                                                        : 0;
    if (length == 0 || text.size() < length) return false;
    unsigned code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if ((byte & 0xC0U) != 0x80) return false;
      code = code << 6U | (byte & 0x3FU);
    }
    constexpr std::array<unsigned, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

TEST_CASE("scanner: every kind of value is accepted") {
  for (const std::string_view text : {"null",
                                      "true",
                                      "false",
                                      "0",
                                      "-0",
                                      "7",
                                      "-12",
                                      "120",
                                      "1.5",
                                      "-0.25",
                                      "0e0",
                                      "1e5",
                                      "1E+5",
                                      "2.5e-10",
                                      "1e400",
                                      "9007199254740993",
                                      R"("")",
                                      R"("text")",
                                      R"("\"\\\/\b\f\n\r\t")",
                                      R"("\u00e9\u20AC")",
                                      R"("\ud83d\ude00 \uD83D\uDE00")",
                                      "\"\xED\x9F\xBF \xE0\xA0\x80\"",
                                      "\"\xF4\x8F\xBF\xBF \xF0\x90\x80\x80\"",
                                      R"("é € 😀")",
                                      "[]",
                                      "{}",
                                      "[[],{}]",
                                      R"([1,"two",null,true,false,[],{}])",
                                      R"({"a":1})",
                                      R"({"a":{"b":[{"c":"d"}]},"e":""})",
                                      " \t\r\n1 \t\r\n",
                                      " [ 1 , 2 ] ",
                                      " { \"a\" : 1 , \"b\" : [ ] } ",
                                      "\"\x7F\""}) {
    CHECK(good(text));
  }
}

TEST_CASE("scanner: what is not JSON is named with its place") {
  struct Bad {
    std::string text;
    Fault fault;
    std::size_t offset;
  };
  for (const Bad& each : std::vector<Bad>{
           {"tru", Fault::unfinished, 3},
           {"trux", Fault::syntax, 3},
           {"nulll", Fault::syntax, 4},
           {"[trua, 1]", Fault::syntax, 4},
           {"[falsy, 1]", Fault::syntax, 5},
           {"[nulp, 1]", Fault::syntax, 4},
           {"nan", Fault::syntax, 1},
           {"True", Fault::syntax, 0},
           {"01", Fault::syntax, 1},
           {"-", Fault::unfinished, 1},
           {"-a", Fault::syntax, 1},
           {"-01", Fault::syntax, 2},
           {"+1", Fault::syntax, 0},
           {".5", Fault::syntax, 0},
           {"1.", Fault::unfinished, 2},
           {"1.e5", Fault::syntax, 2},
           {"1.5.", Fault::syntax, 3},
           {"1e", Fault::unfinished, 2},
           {"1e+", Fault::unfinished, 3},
           {"1e+-5", Fault::syntax, 3},
           {"[1e]", Fault::syntax, 3},
           {"[1e+]", Fault::syntax, 4},
           {"[1.]", Fault::syntax, 3},
           {"[-]", Fault::syntax, 2},
           {"1e5.0", Fault::syntax, 3},
           {"1e5e5", Fault::syntax, 3},
           {"1 2", Fault::syntax, 2},
           {"1,", Fault::syntax, 1},
           {"1]", Fault::syntax, 1},
           {"}", Fault::syntax, 0},
           {"]", Fault::syntax, 0},
           {",", Fault::syntax, 0},
           {"[", Fault::unfinished, 1},
           {"[1", Fault::unfinished, 2},
           {"[1,", Fault::unfinished, 3},
           {"[1,]", Fault::syntax, 3},
           {"[,1]", Fault::syntax, 1},
           {"[1 2]", Fault::syntax, 3},
           {"[1}", Fault::syntax, 2},
           {"[1:2]", Fault::syntax, 2},
           {"[}", Fault::syntax, 1},
           {"{", Fault::unfinished, 1},
           {"{]", Fault::syntax, 1},
           {"{1:2}", Fault::syntax, 1},
           {"{a:2}", Fault::syntax, 1},
           {R"({"a"})", Fault::syntax, 4},
           {R"({"a":})", Fault::syntax, 5},
           {R"({"a":1,})", Fault::syntax, 7},
           {R"({"a":1])", Fault::syntax, 6},
           {R"({"a" 1})", Fault::syntax, 5},
           {R"({"a"::1})", Fault::syntax, 5},
           {R"({"a":1 "b":2})", Fault::syntax, 7},
           {R"({"a":1}x)", Fault::syntax, 7},
           {R"([[1],2]])", Fault::syntax, 7},
           {"\"", Fault::unfinished, 1},
           {"\"abc", Fault::unfinished, 4},
           {"\"a\\", Fault::unfinished, 3},
           {R"("\x")", Fault::syntax, 2},
           {R"("\u12G4")", Fault::syntax, 5},
           {R"("\u123x")", Fault::syntax, 6},
           {R"("\u12")", Fault::syntax, 5},
           {R"("\u123x")", Fault::syntax, 6},
           {R"("\U0041")", Fault::syntax, 2},
           {"\"a\nb\"", Fault::syntax, 2},
           {"\"a\x1F\"", Fault::syntax, 2},
           {"'a'", Fault::syntax, 0},
           {"1 // comment", Fault::syntax, 2},
           {"[1\f]", Fault::syntax, 2},
           {"é", Fault::syntax, 0},
           {"[é]", Fault::syntax, 1},
           {"", Fault::unfinished, 0},
           {" \n", Fault::unfinished, 2},
       }) {
    CHECK(bad(each.text, each.fault, each.offset));
  }
}

TEST_CASE("scanner: the encoding is checked inside strings and outside") {
  CHECK(bad("\"a\x80\"", Fault::bad_utf8, 2));
  CHECK(bad("\"\xC1\xBF\"", Fault::bad_utf8, 1));
  CHECK(bad("\"\xC3\"", Fault::bad_utf8, 2));
  CHECK(bad("\"\xE2\x82\"", Fault::bad_utf8, 3));
  CHECK(bad("\"\xED\xA0\x80\"", Fault::bad_utf8, 2));
  CHECK(bad("\"\xF0\x8F\xBF\xBF\"", Fault::bad_utf8, 2));
  CHECK(bad("\"\xF4\x90\x80\x80\"", Fault::bad_utf8, 2));
  CHECK(bad("\"\xF5\x80\x80\x80\"", Fault::bad_utf8, 1));
  CHECK(bad("\"\xF0\x9F\x98", Fault::unfinished, 4));
  CHECK(bad("\xFF", Fault::bad_utf8, 0));
  CHECK(bad("[1\x80]", Fault::bad_utf8, 2));
  CHECK(bad("{\"a\"\xFE:1}", Fault::bad_utf8, 4));
}

TEST_CASE("scanner: a NUL is named wherever it stands") {
  CHECK(bad("\0"s, Fault::nul_byte, 0));
  CHECK(bad("1\0"s, Fault::nul_byte, 1));
  CHECK(bad("\"a\0\""s, Fault::nul_byte, 2));
  CHECK(bad("\"\\\0\""s, Fault::nul_byte, 2));
  CHECK(bad("\"\\u0\0\""s, Fault::nul_byte, 4));
  CHECK(bad("[1,\0]"s, Fault::nul_byte, 3));
  CHECK(bad("{\0}"s, Fault::nul_byte, 1));
  CHECK(bad("tr\0e"s, Fault::nul_byte, 2));
  CHECK(bad("-\0"s, Fault::nul_byte, 1));
  CHECK(bad("{}\0{}"s, Fault::nul_byte, 2));
  CHECK(good(R"("\u0000")"));
}

TEST_CASE("scanner: a byte order mark is refused by name, and only when it is one") {
  CHECK(bad("\xEF\xBB\xBF{}", Fault::byte_order_mark, 0));
  CHECK(bad("\xEF\xBB\xBF", Fault::byte_order_mark, 0));
  CHECK(bad("\xEF\xBB{}", Fault::syntax, 0));
  CHECK(bad("\xEF\xBC\x81", Fault::syntax, 0));
  CHECK(bad("\xEF\xBB", Fault::unfinished, 2));
  CHECK(bad(" \xEF\xBB\xBF{}", Fault::syntax, 1));
  CHECK(good("\"\xEF\xBB\xBF\""));
}

TEST_CASE("scanner: half a surrogate pair is refused, in either order") {
  CHECK(bad(R"("\ud800")", Fault::lone_surrogate, 7));
  CHECK(bad(R"("\udc00")", Fault::lone_surrogate, 6));
  CHECK(bad(R"("\ud800x")", Fault::lone_surrogate, 7));
  CHECK(bad(R"("\ud800\n")", Fault::lone_surrogate, 8));
  CHECK(bad(R"("\ud800\u0041")", Fault::lone_surrogate, 12));
  CHECK(bad(R"("\ud800\ud800")", Fault::lone_surrogate, 12));
  CHECK(bad(R"("\udc00\ud800")", Fault::lone_surrogate, 6));
  CHECK(bad(R"("\ud800\u004")", Fault::syntax, 12));
  CHECK(bad(R"("\ud800)", Fault::unfinished, 7));
  CHECK(good(R"("\ud7ff\ue000")"));
}

TEST_CASE("scanner: each \\u escape is accepted unless it is a surrogate") {
  constexpr std::string_view hex = "0123456789abcdef";
  bool all = true;
  std::string text = R"("\u0000")";
  for (unsigned unit = 0; unit <= 0xFFFF; ++unit) {
    for (unsigned i = 0; i < 4; ++i) text[3 + i] = hex[unit >> (12 - 4 * i) & 0xFU];
    all = all && accepts(text) == (unit < 0xD800 || unit > 0xDFFF);
  }
  CHECK(all);
}

TEST_CASE("scanner: exactly the well-formed UTF-8 is accepted") {
  bool all = true;
  for (unsigned a = 0x80; a <= 0xFF; ++a) {
    for (unsigned b = 0x20; b <= 0xFF; ++b) {
      if (b == '"' || b == '\\') continue;
      std::string text = {static_cast<char>(a), static_cast<char>(b)};
      all = all && accepts('"' + text + '"') == is_utf8(text);
      // The edges of what may follow decide; all third and fourth bytes would take minutes.
      for (const char c : {'a', '\x7F', '\x80', '\x8F', '\x90', '\x9F', '\xA0', '\xBF', '\xC0'}) {
        text.resize(2);
        text += c;
        all = all && accepts('"' + text + '"') == is_utf8(text);
        for (const char d : {'a', '\x7F', '\x80', '\xBF', '\xC0'}) {
          text.resize(3);
          text += d;
          all = all && accepts('"' + text + '"') == is_utf8(text);
        }
      }
    }
  }
  CHECK(all);
}

TEST_CASE("scanner: the byte that matters is found at every place of a long string") {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t behind = 0; behind < 20; ++behind) {
      const std::string head = '"' + std::string(before, 'a');
      const std::string tail = std::string(behind, 'b') + '"';
      CHECK(accepts(joined({head, "é", tail})));
      CHECK(accepts(joined({head, R"(\")", tail})));
      CHECK_FALSE(accepts(joined({head, "\"", tail})));
      CHECK_FALSE(accepts(joined({head, "\x1F", tail})));
      CHECK_FALSE(accepts(joined({head, "\x80", tail})));
      CHECK_FALSE(accepts(joined({head, tail, "c"})));
    }
  }
}

TEST_CASE("scanner: a depth of 128 is accepted and 129 is not") {
  const std::size_t limit = limits::max_json_depth;
  CHECK(good(repeated("[", limit) + repeated("]", limit)));
  CHECK(bad(repeated("[", limit + 1), Fault::too_deep, limit));
  const std::string objects = repeated(R"({"a":)", limit - 1) + "{}" + repeated("}", limit - 1);
  CHECK(good(objects));
  CHECK(bad(R"({"a":)" + objects + "}", Fault::too_deep, 5 * limit));
  CHECK(good("[" + repeated("[],", 1000) + "{}]"));
}

TEST_CASE("scanner: a smaller depth can be asked for, a larger one cannot") {
  Scanner shallow(1);
  CHECK(shallow.feed("[1]"));
  CHECK(shallow.finish());
  shallow.reset();
  CHECK_FALSE(shallow.feed("[[1]]"));
  CHECK(shallow.fault() == Fault::too_deep);
  CHECK(shallow.fault_offset() == 1);

  Scanner deep(1000);
  CHECK_FALSE(deep.feed(repeated("[", limits::max_json_depth + 1)));
  CHECK(deep.fault() == Fault::too_deep);
}

TEST_CASE("scanner: mixed containers close in their order") {
  CHECK(good(R"([{"a":[{"b":[]}]},[{}]])"));
  CHECK(bad(R"([{"a":[1}])", Fault::syntax, 8));
  CHECK(bad(R"({"a":[{"b":1]}])", Fault::syntax, 12));
}

TEST_CASE("scanner: the members of the outermost object are noted, keys as they are written") {
  const Verdict verdict = scan(
      R"( {"jsonrpc":"2.0", "id" : 17 ,"a\"b":[1,{"no":2}],"":{"inner":{}},"id":-1.5e3,"t":true } )");
  CHECK(verdict.object);
  CHECK_FALSE(verdict.array);
  CHECK(verdict.members == std::vector<std::string>{R"(jsonrpc="2.0")", "id=17",
                                                    R"(a\"b=[1,{"no":2}])", R"(={"inner":{}})",
                                                    "id=-1.5e3", "t=true"});
}

TEST_CASE("scanner: only the outermost object has members") {
  CHECK(scan(R"([{"a":1}])").members.empty());
  CHECK(scan(R"([{"a":1}])").array);
  CHECK_FALSE(scan(R"([{"a":1}])").object);
  CHECK(scan("{}").members.empty());
  CHECK(scan("{}").object);
  CHECK_FALSE(scan(R"("{}")").object);
  CHECK_FALSE(scan("17").array);
}

TEST_CASE("scanner: sixteen members are accepted and seventeen are not") {
  const auto object_of = [](std::size_t count) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
    }
    return text + "}";
  };
  const std::size_t limit = limits::max_envelope_members;
  CHECK(scan(object_of(limit)).members.size() == limit);
  CHECK(good(object_of(limit)));
  const std::string more = object_of(limit + 1);
  CHECK(bad(more, Fault::too_many_members, more.find("\"16\"")));
  CHECK(scan(more).members.size() == limit);
  CHECK(good("[" + more + "]"));
  CHECK(good(R"({"a":)" + more + "}"));
}

TEST_CASE("scanner: whose members are overlooked, an object may have any number of them") {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"" + std::to_string(i) + "\":{\"a\":[1]},";
  text += "\"last\":1}";
  Scanner scanner(limits::max_json_depth, Scanner::Members::overlooked);
  REQUIRE(scanner.feed(text));
  CHECK(scanner.finish());
  CHECK(scanner.is_object());
  CHECK(scanner.members().empty());
}

TEST_CASE("scanner: members that were whole before a fault stay readable") {
  CHECK(scan(R"({"id":7,"method":"x","params":{]}})").members ==
        std::vector<std::string>{"id=7", R"(method="x")"});
  CHECK(scan(R"({"id":7)").members.empty());  // it may have gone on
  CHECK(scan(R"({"id":7})").members == std::vector<std::string>{"id=7"});
  CHECK(scan(R"({"id":7,)").members == std::vector<std::string>{"id=7"});
}

TEST_CASE("scanner: blank is white space alone") {
  CHECK(scan("").blank);
  CHECK(scan(" \t\r\n ").blank);
  CHECK_FALSE(scan(" 1").blank);
  CHECK_FALSE(scan("x").blank);
  CHECK_FALSE(scan("{}").blank);
  CHECK_FALSE(scan("[").blank);
  CHECK_FALSE(scan("[1,").blank);
  Scanner scanner;
  scanner.feed("  ");
  CHECK(scanner.blank());
}

TEST_CASE("scanner: after a fault nothing more is looked at") {
  Scanner scanner;
  CHECK_FALSE(scanner.feed("[1,]"));
  CHECK_FALSE(scanner.feed("\xFF"));
  CHECK_FALSE(scanner.finish());
  CHECK(scanner.fault() == Fault::syntax);
  CHECK(scanner.fault_offset() == 3);
}

TEST_CASE("scanner: a new text begins afresh after any other") {
  const std::array texts = {std::string(R"({"a":1,"b":[2]})"),
                            std::string("[1]"),
                            std::string("tru"),
                            std::string("\"\xE2\x82"),
                            std::string(R"("\ud800\u)"),
                            std::string("\xEF\xBB\xBF"),
                            std::string("\xEF"),
                            std::string("[[[{\"a\":"),
                            std::string("-"),
                            std::string(" "),
                            R"({"k)" + std::string(20, 'k')};
  Scanner used;
  for (const std::string& first : texts) {
    for (const std::string& second : texts) {
      used.reset();
      used.feed(first);
      used.finish();
      used.reset();
      used.feed(second);
      used.finish();
      INFO(first << " then " << second);
      CHECK(verdict_of(used, second) == scan_cut(second, {}));
    }
  }
}

TEST_CASE("scanner: every fault has words of its own") {
  std::vector<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Fault::unfinished); ++i) {
    words.push_back(describe(static_cast<Fault>(i)));
  }
  std::sort(words.begin(), words.end());
  CHECK(std::adjacent_find(words.begin(), words.end()) == words.end());
  CHECK_FALSE(words.front().empty());
}

}  // namespace tine::json
