#include "executor/token_counts.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

TEST_CASE("counts are read by their names, and what is not there stays unknown") {
  constexpr CountNames names{
      .input = "in", .cache_read = "read", .cache_write = "write", .output = "out", .thought = {}};
  const Tokens tokens =
      tokens_in(json::View(R"({"in":1,"read":2,"write":-3,"out":4,"":5})"), names);
  CHECK(tokens.input == 1);
  CHECK(tokens.cache_read == 2);
  CHECK_FALSE(tokens.cache_write);
  CHECK(tokens.output == 4);
  CHECK_FALSE(tokens.thought);
}

TEST_CASE("zeros are nothing, and so is what is not known") {
  Tokens tokens;
  CHECK(is_nothing(tokens));
  tokens.input = 0;
  tokens.output = 0;
  CHECK(is_nothing(tokens));
  tokens.cache_read = 1;
  CHECK_FALSE(is_nothing(tokens));
  tokens.cache_read = 0;
  tokens.output = 1;
  CHECK_FALSE(is_nothing(tokens));
}
