#include "base/json/decode.h"

#include "tests/catch.h"

namespace tine::json {
namespace {

struct Point {
  std::string name;
  std::int64_t x = 0;
  std::vector<std::string> tags;
};

bool decode(View from, Point& to, const Path& path, Complaint& complaint) {
  ObjectReader reader(from, path, complaint);
  return reader.required("name", to.name).optional("x", to.x).optional("tags", to.tags).ok();
}

template <class T>
std::string complaint_about(std::string_view text) {
  T value{};
  const Path path("params");
  Complaint complaint;
  decode(View(text), value, path, complaint);
  return complaint.message;
}

template <class T>
T decoded(std::string_view text) {
  T value{};
  const Path path("params");
  Complaint complaint;
  INFO(text);
  CHECK(decode(View(text), value, path, complaint));
  CHECK(complaint.message.empty());
  return value;
}

TEST_CASE("a path is printed as a person would write it") {
  const Path root("params");
  const Path prompt = root.member("prompt");
  const Path first = prompt.element(0);
  CHECK(root.str() == "params");
  CHECK(first.member("text").str() == "params.prompt[0].text");
}

TEST_CASE("what is wrong is said with its place and without the value") {
  using Points = std::vector<Point>;
  CHECK(complaint_about<std::string>("7") == "expected string at params");
  CHECK(complaint_about<bool>("\"secret\"") == "expected boolean at params");
  CHECK(complaint_about<Point>("[]") == "expected object at params");
  CHECK(complaint_about<Point>("{}") == "missing params.name");
  CHECK(complaint_about<Point>(R"({"name":null})") == "expected string at params.name");
  CHECK(complaint_about<Point>(R"({"name":"a","x":"1"})") == "expected integer at params.x");
  CHECK(complaint_about<Point>(R"({"name":"a","x":1.5})") == "expected integer at params.x");
  CHECK(complaint_about<Point>(R"({"name":"a","tags":["b",3]})") ==
        "expected string at params.tags[1]");
  CHECK(complaint_about<Point>(R"({"name":"a","tags":{}})") == "expected array at params.tags");
  CHECK(complaint_about<Points>(R"([{"name":"a"},{}])") == "missing params[1].name");
  CHECK(complaint_about<Point>("") == "missing params");
}

TEST_CASE("only the first complaint is kept") {
  CHECK(complaint_about<Point>(R"({"x":"1","tags":3})") == "missing params.name");
  Complaint complaint;
  const Path path("params");
  CHECK_FALSE(complaint.expected("string", path));
  CHECK_FALSE(complaint.missing(path.member("x")));
  CHECK(complaint.message == "expected string at params");
  CHECK(complaint.path == "params");
}

TEST_CASE("whole numbers may be written in any way and stay within their type") {
  CHECK(decoded<std::int64_t>("-9007199254740993") == -9007199254740993);
  CHECK(decoded<std::int64_t>("1.0") == 1);
  CHECK(decoded<std::int64_t>("1e3") == 1000);
  CHECK(decoded<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
  CHECK(decoded<std::uint32_t>("4294967295") == 4294967295U);
  CHECK(decoded<std::uint16_t>("65535") == 65535);
  CHECK(decoded<std::uint16_t>("-0") == 0);
  CHECK(complaint_about<std::uint16_t>("65536") == "expected integer from 0 to 65535 at params");
  CHECK(complaint_about<std::uint16_t>("-1") == "expected integer from 0 to 65535 at params");
  CHECK(complaint_about<std::uint32_t>("4294967296") ==
        "expected integer from 0 to 4294967295 at params");
  CHECK(complaint_about<std::uint64_t>("-1") ==
        "expected integer from 0 to 18446744073709551615 at params");
  CHECK(complaint_about<std::uint64_t>("18446744073709551616") == "expected integer at params");
  CHECK(complaint_about<std::int64_t>("1e300") == "expected integer at params");
  CHECK(complaint_about<std::int64_t>("true") == "expected integer at params");
}

TEST_CASE("strings are decoded") {
  CHECK(decoded<std::string>(R"("a\u00e9\n\ud83d\ude00")") == "a\u00e9\n\U0001F600");
}

TEST_CASE("of members with the same name the last one counts") {
  CHECK(decoded<Point>(R"({"name":"a","name":"b"})").name == "b");
  CHECK(decoded<Point>(R"({"name":"a","\u006eame":"b"})").name == "b");
}

TEST_CASE("objects with many members are read like others") {
  std::string text = R"({"name":"first")";
  for (int i = 0; i < 40; ++i) text += ",\"m" + std::to_string(i) + "\":" + std::to_string(i);
  text += R"(,"x":7,"name":"last"})";
  const auto point = decoded<Point>(text);
  CHECK(point.name == "last");
  CHECK(point.x == 7);
}

TEST_CASE("the number of members is known while there are few") {
  const Path path("params");
  Complaint complaint;
  const ObjectReader two(View(R"({"a":1,"b":2})"), path, complaint);
  CHECK(two.has_exactly(2));
  CHECK_FALSE(two.has_exactly(1));
  CHECK(ObjectReader(View("{}"), path, complaint).has_exactly(0));
}

TEST_CASE("null counts as absent where a member is optional") {
  const auto point = decoded<Point>(R"({"name":"a","x":null,"tags":null})");
  CHECK(point.x == 0);
  CHECK(point.tags.empty());
}

TEST_CASE("what is not understood counts as absent where leniency is asked for") {
  const std::string text = R"({"x":"no","name":3,"tags":["a",1,null,"b"],"none":{}})";
  const Path path("params");
  Complaint complaint;
  ObjectReader reader(View(text), path, complaint);
  std::int64_t x = 5;
  std::optional<std::string> name;
  std::vector<std::string> tags;
  std::vector<std::string> none = {"kept"};
  reader.lenient("x", x).lenient("name", name).valid_items("tags", tags).valid_items("none", none);
  CHECK(reader.ok());
  CHECK_FALSE(complaint.any());
  CHECK(x == 5);
  CHECK_FALSE(name);
  CHECK(tags == std::vector<std::string>{"a", "b"});
  CHECK(none == std::vector<std::string>{"kept"});
}

TEST_CASE("a member that must be there may still be null") {
  std::vector<std::string> tags = {"kept"};
  const Path path("params");
  Complaint complaint;
  ObjectReader with_null(View(R"({"tags":null})"), path, complaint);
  CHECK(with_null.nullable("tags", tags).ok());
  CHECK(tags == std::vector<std::string>{"kept"});
  ObjectReader without(View("{}"), path, complaint);
  CHECK_FALSE(without.nullable("tags", tags).ok());
  CHECK(complaint.message == "missing params.tags");
}

TEST_CASE("a list that must be there is read as far as it can be") {
  std::vector<std::string> tags;
  const Path path("result");
  Complaint complaint;
  ObjectReader reader(View(R"({"tags":["a",2]})"), path, complaint);
  CHECK(reader.required_items("tags", tags).ok());
  CHECK(tags == std::vector<std::string>{"a"});
  CHECK_FALSE(reader.required_items("others", tags).ok());
  CHECK(complaint.message == "missing result.others");
}

TEST_CASE("raw members keep their bytes") {
  const std::string text = R"({"_meta": {"a": [1, 2.50]} ,"n":null,"s":"x"})";
  const Path path("params");
  Complaint complaint;
  ObjectReader reader(View(text), path, complaint);
  std::string meta;
  std::string null = "kept";
  std::string not_an_object = "kept";
  reader.raw("_meta", meta).raw("n", null).raw_object("s", not_an_object);
  CHECK(meta == R"({"a": [1, 2.50]})");
  CHECK(null == "kept");
  CHECK(not_an_object == "kept");
}

TEST_CASE("a check of one's own is reported like the others") {
  const Path path("params");
  Complaint complaint;
  ObjectReader reader(View(R"({"cwd":"x"})"), path, complaint);
  CHECK(reader.check("cwd", true, "absolute path").ok());
  CHECK_FALSE(reader.check("cwd", false, "absolute path").ok());
  CHECK(complaint.message == "expected absolute path at params.cwd");
  CHECK(complaint.path == "params.cwd");
}

TEST_CASE("a name from a list is found, and the list is told when it is not") {
  constexpr std::array<std::string_view, 2> names = {"form", "url"};
  const Path path("params");
  Complaint complaint;
  CHECK(decode_name(View(R"("url")"), names.data(), names.size(), path, complaint) == 1U);
  CHECK_FALSE(decode_name(View(R"("xyz")"), names.data(), names.size(), path, complaint));
  CHECK(complaint.message == "expected one of form, url at params");
}

}  // namespace
}  // namespace tine::json
