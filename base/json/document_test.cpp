#include "base/json/document.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

namespace tine::json {

TEST_CASE("json document: members keep their order, in one line") {
  Document document;
  document["z"] = 1;
  document["a"] = Document::array({true, nullptr, "x"});
  CHECK(text_of(document) == R"({"z":1,"a":[true,null,"x"]})");
}

TEST_CASE("json document: what is not UTF-8 is replaced, also in keys") {
  Document document;
  document["k\xFF"] = "a\xC3";
  CHECK(text_of(document) == "{\"k\uFFFD\":\"a\uFFFD\"}");
}

TEST_CASE("json document: raw text is taken over, and what is none is null") {
  CHECK(text_of(parsed(R"({"b":[1,2.5,"x"],"a":{}})")) == R"({"b":[1,2.5,"x"],"a":{}})");
  CHECK(parsed("").is_null());
  CHECK(parsed("{").is_null());
}

}  // namespace tine::json
