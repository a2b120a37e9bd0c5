#include "executor/codex/meter.h"

#include <string>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::codex;

namespace {

std::string counts(int input, int cached, int output) {
  return R"({"totalTokens":)" + std::to_string(input + output) + R"(,"inputTokens":)" +
         std::to_string(input) + R"(,"cachedInputTokens":)" + std::to_string(cached) +
         R"(,"cacheWriteInputTokens":0,"outputTokens":)" + std::to_string(output) +
         R"(,"reasoningOutputTokens":1})";
}

std::optional<executor::Tokens> read(Meter& meter, const std::string& total,
                                     const std::string& last, bool may_repeat = false) {
  const std::string text = R"({"total":)" + total + R"(,"last":)" + last + "}";
  return meter.read(json::View(text), may_repeat);
}

}  // namespace

TEST_CASE("a call costs what the total has grown by, in disjoint parts") {
  Meter meter;
  const auto first = read(meter, counts(100, 60, 10), counts(100, 60, 10));
  REQUIRE(first);
  CHECK(first->input == 40);
  CHECK(first->cache_read == 60);
  CHECK(first->output == 10);
  const auto second = read(meter, counts(300, 160, 15), counts(200, 100, 5));
  REQUIRE(second);
  CHECK(second->input == 100);
  CHECK(second->cache_read == 100);
  CHECK(second->output == 5);
}

TEST_CASE("what is told again without a call costs nothing") {
  Meter meter;
  read(meter, counts(100, 60, 10), counts(100, 60, 10));
  CHECK_FALSE(read(meter, counts(100, 60, 10), counts(100, 60, 10)));
  CHECK_FALSE(read(meter, counts(100, 60, 10), counts(0, 0, 0)));
}

TEST_CASE("of a thread with a past only its own calls count") {
  Meter fork;
  const auto own = read(fork, counts(1100, 960, 110), counts(100, 60, 10));
  REQUIRE(own);
  CHECK(own->input == 40);
  Meter compacting;
  CHECK_FALSE(read(compacting, counts(1000, 900, 100), counts(100, 60, 10), true));
  const auto compaction = read(compacting, counts(1080, 900, 101), counts(80, 0, 1), true);
  REQUIRE(compaction);
  CHECK(compaction->input == 80);
}

TEST_CASE("a total that begins anew is left aside") {
  Meter meter;
  read(meter, counts(1000, 0, 100), counts(100, 0, 10));
  const auto call = read(meter, counts(50, 0, 5), counts(50, 0, 5));
  REQUIRE(call);
  CHECK(call->input == 50);
}
