#include "session/fork/advice.h"

#include "session/limits.h"
#include "tests/catch.h"

using namespace tine::session;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

ForkFacts warm() {
  ForkFacts out;
  out.prefix = 20'000;
  out.age_ms = 1000;
  out.unused_ms = 1000;
  out.cache_lifetime_ms = 300'000;
  out.soft_tokens = 2000;
  out.stale_hours = 24;
  return out;
}

std::vector<std::string> advice(const ForkFacts& facts, const ForkPolicy& policy = {}) {
  return advice_on(facts, plan_fork(facts, policy));
}

}  // namespace

TEST_CASE("advice: there is none on a warm parent that was used a moment ago") {
  CHECK(advice(warm()).empty());
  CHECK(advice(ForkFacts()).empty());
}

TEST_CASE("advice: another project") {
  ForkFacts facts = warm();
  facts.other_project = "/home/me/other";
  REQUIRE(advice(facts).size() == 1);
  CHECK(advice(facts).front().starts_with(
      "The parent has worked in another project, /home/me/other:"));
}

TEST_CASE("advice: HEAD has moved since the parent's last turn") {
  ForkFacts facts = warm();
  facts.head_then = "0123456789abcdef0123456789abcdef01234567";
  CHECK(advice(facts).empty());  // not known where it is now
  facts.head_now = facts.head_then;
  CHECK(advice(facts).empty());
  facts.head_now.back() = '8';
  REQUIRE(advice(facts).size() == 1);
  CHECK(advice(facts).front().starts_with(
      "The repository was at 0123456789ab when the parent's last turn"));
  facts.head_then.clear();
  CHECK(advice(facts).empty());
}

TEST_CASE("advice: a parent that was not used for the configured hours, or a moment less") {
  ForkFacts facts = warm();
  facts.unused_ms = 24 * hour_ms - 1;
  CHECK(advice(facts).empty());
  facts.unused_ms = 24 * hour_ms;
  REQUIRE(advice(facts).size() == 1);
  CHECK(advice(facts).front().starts_with("The parent was last used 24 hours ago"));
  facts.unused_ms = 48 * hour_ms;
  CHECK(advice(facts).front().starts_with("The parent was last used 2 days ago"));
  facts.stale_hours = 0;
  CHECK(advice(facts).empty());
}

TEST_CASE("advice: a past that is mostly what tools have put out") {
  ForkFacts facts = warm();
  facts.tool_bytes = limits::advised_tool_bytes;
  facts.said_bytes = facts.tool_bytes / limits::advised_part;
  REQUIRE(advice(facts).size() == 1);
  CHECK(advice(facts).front().starts_with("Most of the parent's past is output of tools"));
  ++facts.said_bytes;
  CHECK(advice(facts).empty());
  facts.said_bytes = 0;
  --facts.tool_bytes;
  CHECK(advice(facts).empty());
}

TEST_CASE("advice: a cold parent where a soft fork costs a fraction") {
  ForkFacts facts = warm();
  facts.age_ms = facts.cache_lifetime_ms;
  REQUIRE(advice(facts).size() == 1);
  CHECK(advice(facts).front() ==
        "The provider's cache has lost the parent's past. native: its past costs 20000 tokens; "
        "soft: its past costs 2000 tokens.");
  facts.prefix = 2000 * limits::advised_part;
  CHECK(advice(facts).empty());
  ++*facts.prefix;
  CHECK(advice(facts).size() == 1);
  // By money where that is known.
  facts.dollars = [](const ForkCost&) { return 1.0; };
  CHECK(advice(facts).empty());
  facts.dollars = nullptr;
  // Where the fork is soft anyway, or cannot be, there is nothing to say.
  CHECK(advice(facts, {.strategy = Strategy::soft}).empty());
  CHECK(advice(facts, {.strict = true}).empty());
  facts.obstacles[Strategy::soft] = "nothing to carry";
  CHECK(advice(facts).empty());
}
