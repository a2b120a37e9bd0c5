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

}  // namespace
}  // namespace tine::conformance
