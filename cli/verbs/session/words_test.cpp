#include "cli/verbs/session/words.h"

#include <cstdlib>
#include <ctime>

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

TEST_CASE("times are told as people say them") {
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  constexpr std::int64_t minute = 60'000;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t noon = (20'000 * 24 + 12) * hour;  // 2024-10-04
  CHECK(spoken_time(noon, noon) == "just now");
  CHECK(spoken_time(noon - minute + 1, noon) == "just now");
  CHECK(spoken_time(noon - minute, noon) == "1 minute ago");
  CHECK(spoken_time(noon - hour + 1, noon) == "59 minutes ago");
  CHECK(spoken_time(noon - hour, noon) == "today 11:00");
  CHECK(spoken_time(noon - 12 * hour, noon) == "today 00:00");
  CHECK(spoken_time(noon - 12 * hour - minute, noon) == "yesterday 23:59");
  CHECK(spoken_time(noon - 36 * hour, noon) == "yesterday 00:00");
  CHECK(spoken_time(noon - 36 * hour - minute, noon) == "2024-10-02 23:59");
  // A clock that was set back.
  CHECK(spoken_time(noon + 48 * hour, noon) == "2024-10-06 12:00");
}

TEST_CASE("lists with commas") {
  CHECK(parts_of("").empty());
  CHECK(parts_of("claude") == std::vector<std::string>{"claude"});
  CHECK(parts_of("claude,,codex,") == std::vector<std::string>{"claude", "codex"});
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
