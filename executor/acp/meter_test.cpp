#include "executor/acp/meter.h"

#include "tests/catch.h"

using namespace tine::executor;
using tine::json::View;

TEST_CASE("acp meter: parts that are disjoint are taken as they are") {
  const TurnUsage usage = acp::usage_of(View(
      R"({"totalTokens":130,"inputTokens":10,"outputTokens":20,"cachedReadTokens":60,"cachedWriteTokens":40})"));
  CHECK(usage.tokens.input == 10);
  CHECK(usage.tokens.prompt() == 110);
  CHECK(usage.raw.starts_with(R"({"totalTokens":130)"));
}

TEST_CASE("acp meter: a total of input and output alone has the cache inside the input") {
  const TurnUsage usage = acp::usage_of(
      View(R"({"totalTokens":107,"inputTokens":100,"outputTokens":7,"cachedReadTokens":80})"));
  CHECK(usage.tokens.input == 20);
  CHECK(usage.tokens.cache_read == 80);
  CHECK(usage.tokens.prompt() == 100);
}

TEST_CASE("acp meter: zeros and nothing are not known") {
  for (const char* text : {R"({"inputTokens":0,"outputTokens":0,"totalTokens":0})", "{}", "null"}) {
    const TurnUsage usage = acp::usage_of(View(text));
    CHECK(usage.tokens.unknown());
    CHECK(usage.raw.empty());
  }
}
