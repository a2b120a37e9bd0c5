#include "transport/line_reader.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/catch.h"
#include "transport/limits.h"

using namespace std::string_literals;
using namespace tine::transport;
namespace json = tine::json;
using json::Fault;

namespace {

/// A line as it was found, on its own feet.
struct Seen {
  std::string text;
  Fault fault = Fault::none;
  bool too_long = false;
  std::size_t fault_offset = 0;
  bool is_object = false;
  bool is_array = false;
  std::string members;
  std::string kept;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "{text '" << seen.text << "', fault " << json::describe(seen.fault) << " at "
             << seen.fault_offset << (seen.too_long ? ", too long" : "") << ", members "
             << seen.members << ", kept '" << seen.kept << "'}";
}

struct Reader {
  explicit Reader(std::size_t max_line = limits::max_line)
      : reader([this](const LineReader::Line& line) { note(line); }, max_line) {}

  void note(const LineReader::Line& line) {
    Seen one{std::string(line.text),
             line.fault,
             line.too_long,
             line.fault_offset,
             line.is_object,
             line.is_array,
             {},
             std::string(line.kept)};
    for (const json::Member& member : line.members) {
      one.members += line.kept.substr(member.key.begin, member.key.end - member.key.begin);
      one.members += '=';
      one.members += line.kept.substr(member.value.begin, member.value.end - member.value.begin);
      one.members += ' ';
    }
    seen.push_back(std::move(one));
  }

  std::vector<Seen> seen;
  LineReader reader;
};

std::vector<Seen> read_whole(std::string_view stream, std::size_t max_line = limits::max_line) {
  Reader reader(max_line);
  reader.reader.feed(stream);
  reader.reader.finish();
  return reader.seen;
}

std::vector<Seen> read_in_pieces(std::string_view stream, std::size_t piece,
                                 std::size_t max_line = limits::max_line) {
  Reader reader(max_line);
  for (std::size_t at = 0; at < stream.size(); at += piece)
    reader.reader.feed(stream.substr(at, piece));
  reader.reader.finish();
  return reader.seen;
}

Seen read_line(std::string_view line, std::size_t max_line = limits::max_line) {
  const std::vector<Seen> seen = read_whole(line, max_line);
  REQUIRE(seen.size() == 1);
  return seen.front();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

struct Case {
  std::string line;
  Fault fault;
};

std::vector<Case> catalogue() {
  return {
      {R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"b":[1,2,{"c":"d"}]}})", Fault::none},
      {R"( { "id" : 1 } )", Fault::none},
      {R"([1,2])", Fault::none},
      {"17", Fault::none},
      {"\"text\"", Fault::none},
      {"null", Fault::none},
      {R"({"a":"\ud83d\ude00 😀 é"})", Fault::none},
      {nested(128), Fault::none},
      {nested(129), Fault::too_deep},
      {R"({"id":9,"p":)" + nested(128) + "}", Fault::too_deep},
      {"{\"id\":4,\"a\":\"\xC3\x28\"}", Fault::bad_utf8},
      {"{\"a\":\"\xED\xA0\x80\"}", Fault::bad_utf8},
      {"{\"a\":\"\xF0\x9F\x98\"}", Fault::bad_utf8},
      {"{\"a\":\xFF}", Fault::bad_utf8},
      {"{\"id\":5,\"a\":\"x\0y\"}"s, Fault::nul_byte},
      {"{\"a\":1}\0"s, Fault::nul_byte},
      {"\xEF\xBB\xBF{\"a\":1}", Fault::byte_order_mark},
      {R"({"id":6,"a":"\ud83d"})", Fault::lone_surrogate},
      {R"({"a":"\ude00"})", Fault::lone_surrogate},
      {R"({"id":7,"a":tru})", Fault::syntax},
      {R"({"id":8} x)", Fault::syntax},
      {"{\"a\":1}{\"b\":2}", Fault::syntax},
      {R"({"id":10,"a":01})", Fault::syntax},
      {R"({"id":11,"a":"b)", Fault::unfinished},
      {R"({"id":12,"a":[1,2)", Fault::unfinished},
      {"-", Fault::unfinished},
      {R"({"a1":1,"a2":1,"a3":1,"a4":1,"a5":1,"a6":1,"a7":1,"a8":1,"a9":1,"b1":1,"b2":1,"b3":1,)"
       R"("b4":1,"b5":1,"b6":1,"b7":1})",
       Fault::none},
      {R"({"a1":1,"a2":1,"a3":1,"a4":1,"a5":1,"a6":1,"a7":1,"a8":1,"a9":1,"b1":1,"b2":1,"b3":1,)"
       R"("b4":1,"b5":1,"b6":1,"b7":1,"b8":1})",
       Fault::too_many_members},
  };
}

std::string whole_catalogue() {
  std::string stream = "\n  \n\r\n\t\r\n";
  bool crlf = false;
  for (const Case& one : catalogue()) {
    stream += one.line + (crlf ? "\r\n" : "\n");
    crlf = !crlf;
  }
  return stream + R"({"last":"without a newline"})";
}

}  // namespace

TEST_CASE("each line of the catalogue is judged") {
  for (const Case& one : catalogue()) {
    INFO(one.line);
    const Seen seen = read_line(one.line + "\n");
    CHECK(seen.fault == one.fault);
    CHECK_FALSE(seen.too_long);
    CHECK(seen.text == (one.fault == Fault::none ? one.line : ""));
    CHECK(read_line(one.line + "\r\n") == seen);
    CHECK(read_line(one.line) == seen);
  }
}

TEST_CASE("a bad line costs nothing but itself") {
  const std::vector<Seen> seen = read_whole(whole_catalogue());
  const std::vector<Case> cases = catalogue();
  REQUIRE(seen.size() == cases.size() + 1);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO(cases[i].line);
    CHECK(seen[i].fault == cases[i].fault);
  }
  CHECK(seen.back().text == R"({"last":"without a newline"})");
}

TEST_CASE("where the stream is cut makes no difference") {
  const std::string stream = whole_catalogue();
  const std::vector<Seen> whole = read_whole(stream);
  for (std::size_t piece = 1; piece <= 9; ++piece) CHECK(read_in_pieces(stream, piece) == whole);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Reader reader;
    reader.reader.feed(stream.substr(0, cut));
    reader.reader.feed(stream.substr(cut));
    reader.reader.finish();
    if (reader.seen != whole) FAIL("cut at byte " << cut);
  }
}

TEST_CASE("where a stream of long lines is cut makes no difference") {
  constexpr std::size_t limit = 24;
  const std::string stream =
      "{\"id\":1,\"a\":\"0123456789\"}\n"  // 25 bytes
      "{\"id\":2,\"a\":\"012345678\"}\n"
      "{\"id\":3,\"a\":\"012345678\"}\r\n"
      "{\"id\":4,\"a\":\"0123456789\"}\r\n"
      "{\"id\":5,\"a\":tru          and so on\n"
      "{\"id\":6,\"a\":0123456789    }  tru\r\r\n"
      "{\"id\":7,\"a\":1}                      \n"
      "{\"id\":8,\"a\":1}          \r\r\n"
      "                             \n"
      "                        \r\n"
      "{\"id\":9,\"a\":\"012345678901\",?}\n"  // the fault is beyond the limit
      "{\"id\":0,\"a\":\"0123456789";
  const std::vector<Seen> whole = read_whole(stream, limit);
  std::vector<bool> too_long;
  for (const Seen& one : whole) too_long.push_back(one.too_long);
  //                               1     2      3      4     5      6      7     8     blanks
  CHECK(too_long ==
        std::vector<bool>{true, false, false, true, false, false, true, true, true, true, false});
  CHECK(whole[9].fault == Fault::none);
  CHECK(whole.back().fault == Fault::unfinished);
  for (std::size_t piece = 1; piece < stream.size(); ++piece) {
    if (read_in_pieces(stream, piece, limit) != whole) FAIL("pieces of " << piece << " bytes");
  }
}

TEST_CASE("a reader can be given one line at a time") {
  std::vector<std::string> lines;
  LineReader reader([&](const LineReader::Line& line) { lines.emplace_back(line.text); });
  std::string_view bytes = "{}\r\n\n[1]\n{\"a\":";
  reader.feed_line(bytes);
  CHECK(lines == std::vector<std::string>{"{}"});
  CHECK(bytes == "\n[1]\n{\"a\":");
  reader.feed_line(bytes);
  CHECK(lines.size() == 1);
  reader.feed_line(bytes);
  CHECK(lines.back() == "[1]");
  reader.feed_line(bytes);
  CHECK(bytes.empty());
  bytes = "2}\n";
  reader.feed_line(bytes);
  CHECK(lines.back() == "{\"a\":2}");
  reader.feed_line(bytes);
  CHECK(lines.size() == 3);
}

TEST_CASE("blank lines are no lines") {
  CHECK(read_whole("").empty());
  CHECK(read_whole("\n\n\r\n   \t \n \r\n").empty());
  CHECK(read_whole("  ").empty());
}

TEST_CASE("the end of the stream ends a line once") {
  Reader reader;
  reader.reader.feed("{\"a\":1}");
  reader.reader.finish();
  reader.reader.finish();
  CHECK(reader.seen.size() == 1);
  reader.reader.feed("\n{\"b\":2}\n");
  reader.reader.finish();
  REQUIRE(reader.seen.size() == 2);
  CHECK(reader.seen[1].text == "{\"b\":2}");
}

TEST_CASE("the limit of a line, newline excluded") {
  const std::size_t length = GENERATE(limits::max_line - 1, limits::max_line, limits::max_line + 1);
  const std::string newline = GENERATE("\n", "\r\n");
  const bool whole = GENERATE(true, false);
  INFO(length << " and a newline of " << newline.size() << (whole ? ", whole" : ", in pieces"));
  const std::string stream =
      "{\"id\":77,\"a\":\"" + std::string(length - 16, 'a') + "\"}" + newline;
  REQUIRE(stream.size() == length + newline.size());
  const std::vector<Seen> seen =
      whole ? read_whole(stream) : read_in_pieces(stream, limits::read_chunk);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].too_long == (length > limits::max_line));
  CHECK(seen[0].fault == Fault::none);
  CHECK(seen[0].text.size() == (seen[0].too_long ? 0 : length));
  CHECK(seen[0].kept.size() == (seen[0].too_long ? limits::kept_of_bad_line : length));
  CHECK(seen[0].members.starts_with("id=77 "));
}

TEST_CASE("a line of 40 MB is one bad line, and the next is read") {
  const std::string stream = "{\"id\":\"é\",\"a\":\"" +
                             std::string(std::size_t{40} * 1000 * 1000, 'a') + "\"}\n{\"id\":2}\n";
  const std::vector<Seen> seen = read_in_pieces(stream, limits::read_chunk);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].too_long);
  CHECK(seen[0].fault == Fault::none);
  CHECK(seen[0].text.empty());
  CHECK(seen[0].members == "id=\"é\" ");
  CHECK(seen[1].text == "{\"id\":2}");
}

TEST_CASE("of a bad line nothing is kept from the fault on, and never more than its start") {
  CHECK(read_line(R"({"id":7,"a":tru?,"b":"secret"})").kept == R"({"id":7,"a":tru)");
  CHECK(read_line("\xEF\xBB\xBF{}").kept.empty());
  const std::string late =
      "{\"id\":7,\"a\":\"" + std::string(limits::kept_of_bad_line * 2, 'a') + "\",\"z\":1,?}";
  const Seen whole = read_line(late);
  CHECK(whole.kept == late.substr(0, limits::kept_of_bad_line));
  CHECK(whole.members == "id=7 ");
  CHECK((read_in_pieces(late, 1).front() == whole));
}

TEST_CASE("a bad line of any length takes no memory") {
  constexpr std::size_t total = std::size_t{200} * 1000 * 1000;
  const std::string chunk(limits::read_chunk, 'a');
  std::size_t most = 0;

  SECTION("bad from the start") {
    Reader reader;
    for (std::size_t fed = 0; fed < total; fed += chunk.size()) {
      reader.reader.feed(chunk);
      most = std::max(most, reader.reader.held());
    }
    CHECK(most <= limits::kept_of_bad_line);
    reader.reader.feed("\n{}\n");
    CHECK(reader.seen.size() == 2);
  }
  SECTION("bad when it is too long") {
    Reader reader;
    reader.reader.feed("{\"id\":1,\"a\":\"");
    std::size_t fed = 0;
    for (; fed <= limits::max_line; fed += chunk.size()) reader.reader.feed(chunk);
    for (; fed < total; fed += chunk.size()) {
      most = std::max(most, reader.reader.held());
      reader.reader.feed(chunk);
    }
    CHECK(most <= limits::kept_of_bad_line);
    reader.reader.feed("\n{}\n");
    CHECK(reader.seen.size() == 2);
  }
}

TEST_CASE("the buffer of one long line is given back after it") {
  Reader reader;
  reader.reader.feed("{\"a\":\"");
  reader.reader.feed(std::string(limits::kept_line_buffer * 2, 'a'));
  CHECK(reader.reader.held() >= limits::kept_line_buffer * 2);
  reader.reader.feed("\"}\n");
  CHECK(reader.reader.held() < limits::kept_line_buffer);
  REQUIRE(reader.seen.size() == 1);
  CHECK(reader.seen[0].fault == Fault::none);
}
