#include "cli/verbs/session/words.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::cli;

TEST_CASE("sizes are told in the largest unit that fits") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1024) == "1.0 KiB");
  CHECK(size_text(std::int64_t{3} << 19) == "1.5 MiB");
  CHECK(size_text(std::int64_t{1} << 60) == "1048576.0 TiB");
}

TEST_CASE("times and counts") {
  CHECK(short_time(0) == "1970-01-01 00:00");
  CHECK(counted(0, "turn") == "0 turns");
  CHECK(counted(1, "turn") == "1 turn");
}

TEST_CASE("tokens that are not known are not zero") {
  executor::Tokens tokens;
  CHECK(short_tokens(tokens) == "?/?/?");
  CHECK(long_tokens(tokens) == "not known");
  tokens.input = 5;
  tokens.cache_read = 15;
  tokens.output = 2;
  CHECK(short_tokens(tokens) == "20/15/2");
}
