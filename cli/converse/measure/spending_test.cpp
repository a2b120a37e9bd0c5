#include "cli/converse/measure/spending.h"

#include "base/tokens/estimate.h"
#include "cli/converse/measure/stock_list.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::cli;

namespace {

session::Prices& prices() {
  static session::Prices all("f", [](const std::string&) -> Result<std::optional<std::string>> {
    return "version = 1\n[[price]]\nmodels = ['m']\ninput = 2\ncached_input = 0.5\n"
           "cache_write = { 5m = 3 }\noutput = 10\n";
  });
  return all;
}

SpendingBasis basis() {
  SpendingBasis out;
  out.past = 4000;
  out.soft = 2000;
  out.opening = 10'000;
  out.seen_in = "01J";
  out.model = "m";
  return out;
}

executor::Capabilities codex() {
  executor::Capabilities can;
  can.caches_any_prefix = true;
  can.cache_lifetime = std::chrono::minutes(5);
  return can;
}

}  // namespace

TEST_CASE("measure: what will be spent grows with the times, the past and the wait") {
  const Spending one = spending_of(basis(), codex(), prices());
  CHECK(one.turns == 15);
  // Fourteen of them read the list, one a summary of it.
  CHECK(one.read > 14 * 14'000 + 12'000);
  CHECK(one.read < 14 * 14'500 + 12'500);
  CHECK(one.uncached > 3 * 14'000 + 12'000);
  CHECK(one.uncached < 3 * 14'500 + 13'000);
  SpendingBasis more = basis();
  more.times = 3;
  CHECK(spending_of(more, codex(), prices()).read == 3 * one.read);
  more = basis();
  more.waits = true;
  CHECK(spending_of(more, codex(), prices()).turns == 16);
  executor::Capabilities marks = codex();
  marks.caches_any_prefix = false;
  CHECK(spending_of(basis(), marks, prices()).uncached >= one.uncached + 4 * 4000);
}

TEST_CASE(
    "measure: the estimate has a price where the model, its price and the opening are known") {
  const Spending known = spending_of(basis(), codex(), prices());
  REQUIRE(known.dollars);
  const auto cached = static_cast<double>(known.read - known.uncached);
  CHECK(*known.dollars ==
        Approx((static_cast<double>(known.uncached) * 2 + cached * 0.5 + 15 * 60 * 10) / 1e6));
  executor::Capabilities writes = codex();
  writes.counts_cache_writes = true;
  CHECK(spending_of(basis(), writes, prices()).dollars > known.dollars);
  SpendingBasis unknown = basis();
  unknown.opening.reset();
  CHECK_FALSE(spending_of(unknown, codex(), prices()).dollars);
  CHECK(spending_text("codex", unknown, spending_of(unknown, codex(), prices()))
            .find("comes on top") != std::string::npos);
  unknown = basis();
  unknown.model = "other";
  CHECK(spending_text("codex", unknown, spending_of(unknown, codex(), prices()))
            .find("No price of other is known") != std::string::npos);
  const std::string text = spending_text("codex", basis(), known);
  CHECK(text.find("up to 15 turns") != std::string::npos);
  CHECK(text.find("10,000 that codex tells its model in each conversation (as session 01J") !=
        std::string::npos);
}

TEST_CASE("measure: lists have the tokens that are asked for, and no beginning in common") {
  for (const std::uint64_t tokens : {100U, 4000U, 50'000U}) {
    const std::uint64_t made = tokens::estimate(stock_list("A", tokens));
    CHECK(made > tokens * 8 / 10);
    CHECK(made < tokens * 12 / 10 + 20);
  }
  const std::string list = stock_list("B", 100);
  CHECK(list.starts_with("Stock list B\nLot 1: "));
  CHECK(list.find("[[") == std::string::npos);
  CHECK(stock_prompt(list, "why?").starts_with(list + "\nAnswer in one word"));
}
