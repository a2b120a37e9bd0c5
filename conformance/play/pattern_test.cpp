#include "conformance/play/pattern.h"

#include "tests/catch.h"

namespace tine::conformance {
namespace {

bool fits(std::string_view pattern, std::string_view json, Bindings& names) {
  const auto parsed = Pattern::parse(pattern);
  REQUIRE(parsed);
  return parsed->mismatch(json::View(json), names).empty();
}

TEST_CASE("what must not fit") {
  Bindings names;
  CHECK(fits(R"({"a":not 1})", R"({"a":2})", names));
  CHECK_FALSE(fits(R"({"a":not 1})", R"({"a":1})", names));
  CHECK(fits(R"({"a":not 1})", "{}", names));
  CHECK(fits(R"(not [...,{"a":1},...])", R"([{"a":2},{"a":3}])", names));
  CHECK_FALSE(fits(R"(not [...,{"a":1},...])", R"([{"a":2},{"a":1}])", names));
  CHECK(fits(R"({"a":not {"b":$B}})", R"({"a":1})", names));
  CHECK(names.find("B") == nullptr);
}

TEST_CASE("one of several") {
  Bindings names;
  CHECK(fits(R"({"a":either [1,"x"]})", R"({"a":"x"})", names));
  CHECK_FALSE(fits(R"({"a":either [1,"x"]})", R"({"a":2})", names));
  CHECK(fits(R"({"a":either [absent,{"b":1}]})", "{}", names));
  CHECK_FALSE(fits(R"({"a":either [absent,{"b":1}]})", R"({"a":{"b":2}})", names));
  CHECK(fits(R"(either [[{"a":1},$ONE],[$ONE,...]])", R"([{"a":2},3])", names));
  REQUIRE(names.find("ONE") != nullptr);
  CHECK(*names.find("ONE") == R"({"a":2})");
  CHECK_FALSE(Pattern::parse("either 1"));
  CHECK_FALSE(Pattern::parse("either [1"));
  CHECK_FALSE(Pattern::parse("not"));
}

TEST_CASE("the id of a response") {
  const auto is_of_one = [](std::string_view pattern) {
    const auto parsed = Pattern::parse(pattern);
    REQUIRE(parsed);
    const auto id = parsed->response_id();
    Bindings names;
    return id && id->mismatch(json::View("1"), names).empty();
  };
  CHECK(is_of_one(R"({"id":1,"result":object})"));
  CHECK(is_of_one(R"({"id":either [1,null],"error":object})"));
  CHECK(is_of_one(R"({"id":1,"method":absent})"));
  CHECK_FALSE(is_of_one(R"({"id":2,"result":object})"));
  CHECK_FALSE(is_of_one(R"({"id":1,"method":"fs/read_text_file"})"));
  CHECK_FALSE(is_of_one(R"({"id":1})"));
  CHECK_FALSE(is_of_one(R"({"id":absent,"method":"session/update"})"));
  CHECK_FALSE(is_of_one("*"));
}

}  // namespace
}  // namespace tine::conformance
