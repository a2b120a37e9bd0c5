#include "session/fork/cost.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::session;
using namespace std::chrono_literals;

namespace {

/// Prices of one model that begin anew above a thousand tokens.
Prices& prices() {
  static Prices all("f", [](const std::string&) -> Result<std::optional<std::string>> {
    return "version = 1\n"
           "[[price]]\nmodels = ['m']\nlongest_prompt = 1000\n"
           "input = 2\ncached_input = 0.5\ncache_write = { 5m = 3 }\noutput = 10\n"
           "[[price]]\nmodels = ['m']\n"
           "input = 4\ncached_input = 1\ncache_write = { 5m = 6 }\noutput = 10\n";
  });
  return all;
}

ForkCost tokens(std::optional<std::uint64_t> fresh, std::optional<std::uint64_t> read,
                std::optional<std::uint64_t> write) {
  return {.fresh = fresh, .cache_read = read, .cache_write = write, .dollars = {}};
}

std::string json_of(const ForkCost& cost) {
  std::string text;
  json::Writer out(text);
  write_cost(out, cost);
  return text;
}

}  // namespace

TEST_CASE("cost: each sort of tokens has its price, by the length of the whole prompt") {
  CHECK(dollars_for(tokens(100, 200, 300), "m", 5min, prices()) == 0.0012);
  CHECK(dollars_for(tokens(100, 600, 300), "m", 5min, prices()) == 0.0014);
  CHECK(dollars_for(tokens(100, 601, 300), "m", 5min, prices()) == 0.002801);
  CHECK(dollars_for(tokens(0, 0, 0), "m", 5min, prices()) == 0);
}

TEST_CASE("cost: what is not known has no price") {
  CHECK(dollars_for(tokens(100, 200, 300), "n", 5min, prices()) == std::nullopt);
  CHECK(dollars_for(tokens(100, 200, 300), "", 5min, prices()) == std::nullopt);
  CHECK(dollars_for(tokens({}, 200, 300), "m", 5min, prices()) == std::nullopt);
  CHECK(dollars_for(tokens(100, 200, 1), "m", 1h, prices()) == std::nullopt);
  CHECK(dollars_for(tokens(100, 200, 0), "m", 1h, prices()) == 0.0003);
  // A provider that does not count them has none.
  CHECK(dollars_for(tokens(100, {}, {}), "m", 5min, prices()) == 0.0002);
}

TEST_CASE("cost: as JSON, there and back") {
  ForkCost cost = tokens(1, {}, 3);
  cost.dollars = 0.25;
  CHECK(json_of(cost) == R"({"fresh":1,"cacheRead":null,"cacheWrite":3,"dollars":0.25})");
  CHECK(cost_in(json::View(json_of(cost))) == cost);
  CHECK(cost_in(json::View(json_of(ForkCost()))) == ForkCost());
}

TEST_CASE("cost: in words") {
  CHECK(cost_text(ForkCost()) == "it is not known what its past costs");
  CHECK(cost_text(tokens(0, 0, 0)) == "its past costs nothing");
  CHECK(cost_text(tokens(12, 0, 0)) == "its past costs 12 tokens");
  ForkCost cost = tokens(1, 2, 3);
  cost.dollars = 0.0005;
  CHECK(cost_text(cost) ==
        "its past costs 1 tokens, 3 tokens that go into the provider's cache, 2 tokens from the "
        "provider's cache (0.0005 dollars)");
}

TEST_CASE("cost: a shortfall is less than half of what was expected") {
  const auto falls_short = [](std::optional<std::uint64_t> expected,
                              std::optional<std::uint64_t> actual) {
    return fork_bill(tokens(0, expected, 0), tokens(0, actual, 0)).shortfall;
  };
  CHECK(falls_short(2000, 999));
  CHECK_FALSE(falls_short(2000, 1000));
  CHECK_FALSE(falls_short(0, 0));
  CHECK_FALSE(falls_short(std::nullopt, 0));
  CHECK_FALSE(falls_short(2000, std::nullopt));
}

TEST_CASE("cost: the main model of a turn is the one that read the most") {
  executor::TurnUsage usage;
  CHECK(main_model(usage).empty());
  usage.models = {{"small", {.input = 5}}, {"large", {.input = 1, .cache_read = 9}}, {"none", {}}};
  CHECK(main_model(usage) == "large");
}

TEST_CASE("cost: a turn costs what it has read and what it has answered") {
  executor::Tokens turn{.input = 100, .cache_read = 200, .cache_write = 300, .output = 50};
  CHECK(dollars_of_turn(turn, "m", 5min, prices()) == 0.0017);
  CHECK_FALSE(dollars_of_turn(turn, "other", 5min, prices()));
  turn.output.reset();
  CHECK_FALSE(dollars_of_turn(turn, "m", 5min, prices()));
  turn.output = 50;
  turn.input.reset();
  CHECK_FALSE(dollars_of_turn(turn, "m", 5min, prices()));
}
