#include "executor/acp/meter.h"

#include "tests/catch.h"

using namespace tine::executor;
using acp::Counting;
using acp::Meter;
using tine::json::View;

namespace {

constexpr Counting totals{.scope = Counting::Scope::session, .cache = Counting::Cache::inside};

TurnUsage read_once(const char* text, std::optional<Counting> counting = {}) {
  return Meter(counting).read(View(text));
}

}  // namespace

TEST_CASE("acp meter: parts that are disjoint are taken as they are") {
  const TurnUsage usage = read_once(
      R"({"totalTokens":130,"inputTokens":10,"outputTokens":20,"cachedReadTokens":60,"cachedWriteTokens":40})");
  CHECK(usage.tokens.input == 10);
  CHECK(usage.tokens.prompt() == 110);
  CHECK(usage.source == UsageSource::detected);
  CHECK(usage.raw.starts_with(R"({"totalTokens":130)"));
}

TEST_CASE("acp meter: a total of input and output alone has the cache inside the input") {
  const TurnUsage usage =
      read_once(R"({"totalTokens":107,"inputTokens":100,"outputTokens":7,"cachedReadTokens":80})");
  CHECK(usage.tokens.input == 20);
  CHECK(usage.tokens.cache_read == 80);
  CHECK(usage.tokens.prompt() == 100);
  CHECK(usage.source == UsageSource::detected);
}

TEST_CASE("acp meter: without a total that fits, what is known of the agent decides") {
  constexpr const char* text = R"({"inputTokens":100,"outputTokens":7,"cachedReadTokens":80})";
  CHECK(read_once(text).tokens.input == 100);
  CHECK(read_once(text).source == UsageSource::assumed);
  const Counting inside{.scope = Counting::Scope::turn, .cache = Counting::Cache::inside};
  CHECK(read_once(text, inside).tokens.input == 20);
  CHECK(read_once(text, inside).source == UsageSource::preset);
}

TEST_CASE("acp meter: of an agent that counts the whole session, a turn is what was added") {
  Meter meter(totals);
  const TurnUsage first = meter.read(
      View(R"({"totalTokens":107,"inputTokens":100,"outputTokens":7,"cachedReadTokens":80})"));
  CHECK(first.tokens.input == 20);
  const TurnUsage second = meter.read(
      View(R"({"totalTokens":320,"inputTokens":300,"outputTokens":20,"cachedReadTokens":250})"));
  CHECK(second.tokens.input == 30);
  CHECK(second.tokens.cache_read == 170);
  CHECK(second.tokens.output == 13);
  SECTION("one that begins anew has been restarted") {
    const TurnUsage third = meter.read(
        View(R"({"totalTokens":62,"inputTokens":60,"outputTokens":2,"cachedReadTokens":40})"));
    CHECK(third.tokens.input == 20);
    CHECK(third.tokens.output == 2);
  }
}

TEST_CASE("acp meter: what a resumed session had used before is not the turn's") {
  Meter meter(totals, true);
  const TurnUsage first = meter.read(View(R"({"inputTokens":5000,"outputTokens":70})"));
  CHECK(first.tokens.unknown());
  const TurnUsage second = meter.read(View(R"({"inputTokens":5100,"outputTokens":90})"));
  CHECK(second.tokens.input == 100);
  CHECK(second.tokens.output == 20);
}

TEST_CASE("acp meter: zeros and nothing are not known") {
  for (const char* text : {R"({"inputTokens":0,"outputTokens":0,"totalTokens":0})", "{}", "null"}) {
    const TurnUsage usage = read_once(text);
    CHECK(usage.tokens.unknown());
    CHECK(usage.raw.empty());
  }
}
