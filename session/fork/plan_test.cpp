#include "session/fork/plan.h"

#include <map>

#include "tests/catch.h"

using namespace tine::session;

namespace {

constexpr std::int64_t five_minutes = 300'000;

ForkFacts facts(std::optional<std::int64_t> age_ms = 1000) {
  ForkFacts out;
  out.prefix = 20'000;
  out.age_ms = age_ms;
  out.cache_lifetime_ms = five_minutes;
  out.soft_tokens = 2000;
  return out;
}

std::string order(const ForkPlan& plan) {
  std::string out;
  for (const ForkCandidate& each : plan.candidates) {
    if (!out.empty()) out += " ";
    out += name_of(each.strategy);
    if (!each.obstacle.empty()) out += "!";
  }
  return out;
}

}  // namespace

TEST_CASE("plan: the provider's own way comes first, the soft one last") {
  CHECK(order(plan_fork(facts(), {})) == "native pty soft");
}

TEST_CASE("plan: what is wished for comes first, and alone when it is strict") {
  CHECK(order(plan_fork(facts(), {.strategy = Strategy::soft})) == "soft native pty");
  CHECK(order(plan_fork(facts(), {.strategy = Strategy::pty})) == "pty native soft");
  CHECK(order(plan_fork(facts(), {.strategy = Strategy::pty, .strict = true})) == "pty");
  CHECK(order(plan_fork(facts(), {.strict = true})) == "native");
}

TEST_CASE("plan: a cold cache makes a fork soft only when that is wanted") {
  const ForkFacts cold = facts(five_minutes);
  CHECK(order(plan_fork(cold, {})) == "native pty soft");
  CHECK(order(plan_fork(cold, {.soft_when_cold = true})) == "soft native pty");
  CHECK(order(plan_fork(facts(), {.soft_when_cold = true})) == "native pty soft");
  CHECK(order(plan_fork(facts(std::nullopt), {.soft_when_cold = true})) == "native pty soft");
  CHECK(order(plan_fork(cold, {.strategy = Strategy::native, .soft_when_cold = true})) ==
        "native pty soft");
}

TEST_CASE("plan: what cannot be used stays where it is, with the reason") {
  ForkFacts some = facts();
  some.obstacles[Strategy::native] = "another backend";
  some.obstacles[Strategy::pty] = "no terminal";
  const ForkPlan plan = plan_fork(some, {});
  CHECK(order(plan) == "native! pty! soft");
  REQUIRE(plan.first_usable() != nullptr);
  CHECK(plan.first_usable()->strategy == Strategy::soft);
  CHECK(obstacles_in(plan) == "native: another backend; pty: no terminal");
  some.obstacles[Strategy::soft] = "nothing to carry";
  CHECK(plan_fork(some, {}).first_usable() == nullptr);
}

TEST_CASE("plan: warm, cold and not known") {
  CHECK(plan_fork(facts(five_minutes - 1), {}).warm == true);
  CHECK(plan_fork(facts(five_minutes), {}).warm == false);
  CHECK(plan_fork(facts(std::nullopt), {}).warm == std::nullopt);
  ForkFacts other = facts();
  other.cache_lifetime_ms = 0;
  CHECK(plan_fork(other, {}).warm == std::nullopt);
  other = facts();
  other.change = "other tools";
  CHECK(plan_fork(other, {}).warm == false);
}

namespace {

ForkCost cost(const ForkFacts& of, Strategy strategy) {
  return plan_fork(of, {.strategy = strategy}).candidates.front().cost;
}

ForkCost tokens(std::uint64_t fresh, std::uint64_t read, std::uint64_t write = 0) {
  return {.fresh = fresh, .cache_read = read, .cache_write = write, .dollars = {}};
}

}  // namespace

TEST_CASE("plan: what each way is expected to cost") {
  CHECK(cost(facts(), Strategy::native) == tokens(0, 20'000));
  CHECK(cost(facts(five_minutes), Strategy::native) == tokens(20'000, 0));
  CHECK(cost(facts(std::nullopt), Strategy::native) == ForkCost{});
  CHECK(cost(facts(), Strategy::soft) == tokens(2000, 0));
  ForkFacts small = facts();
  small.prefix = 500;
  CHECK(cost(small, Strategy::soft) == tokens(500, 0));
  small.soft_tokens = 700;
  small.is_soft_exact = true;
  CHECK(cost(small, Strategy::soft) == tokens(700, 0));
  small.prefix.reset();
  CHECK(cost(small, Strategy::native) == ForkCost{});
  CHECK(cost(small, Strategy::soft) == tokens(700, 0));
}

TEST_CASE("plan: the last answer is new to the cache, and so is what a backend tells its model") {
  ForkFacts some = facts();
  some.answer = 300;
  some.opening = 9000;
  CHECK(cost(some, Strategy::native) == tokens(300, 20'000));
  CHECK(cost(some, Strategy::soft) == tokens(11'000, 0));
  some.age_ms = five_minutes;
  CHECK(cost(some, Strategy::native) == tokens(20'300, 0));
}

TEST_CASE("plan: what goes into a cache whose provider counts that is not fresh") {
  ForkFacts some = facts();
  some.answer = 300;
  some.counts_writes = true;
  CHECK(cost(some, Strategy::native) == tokens(0, 20'000, 300));
  CHECK(cost(some, Strategy::soft) == tokens(0, 0, 2000));
  some.age_ms = five_minutes;
  CHECK(cost(some, Strategy::native) == tokens(0, 0, 20'300));
}

TEST_CASE("plan: a cache that answers in steps leaves the rest fresh") {
  ForkFacts some = facts();
  some.cache_step = 128;
  for (const auto& [prefix, read] : std::map<std::uint64_t, std::uint64_t>{
           {19'967, 19'840}, {19'968, 19'968}, {19'969, 19'968}, {127, 0}}) {
    some.prefix = prefix;
    CHECK(cost(some, Strategy::native) == tokens(prefix - read, read));
  }
}

TEST_CASE("plan: money is told where its price is known") {
  ForkFacts some = facts();
  some.dollars = [](const ForkCost& of) -> std::optional<double> {
    if (*of.fresh == 0) return std::nullopt;
    return static_cast<double>(*of.fresh);
  };
  CHECK(cost(some, Strategy::native).dollars == std::nullopt);
  CHECK(cost(some, Strategy::soft).dollars == 2000);
  some.age_ms.reset();
  CHECK(cost(some, Strategy::native) == ForkCost{});
}

TEST_CASE("plan: of a cold parent the cheaper way is taken, if a soft one may be") {
  const ForkPolicy policy{.soft_when_cold = true};
  ForkFacts cold = facts(five_minutes);
  CHECK(order(plan_fork(cold, policy)) == "soft native pty");
  // A small past costs no more than its summary and all that is told anew beside it.
  cold.prefix = 10'000;
  cold.opening = 9'500;
  CHECK(order(plan_fork(cold, policy)) == "native pty soft");
  // By money, not by tokens.
  cold.dollars = [](const ForkCost& of) { return *of.fresh == 10'000 ? 2.0 : 1.0; };
  CHECK(order(plan_fork(cold, policy)) == "soft native pty");
  cold.dollars = nullptr;
  cold.prefix.reset();
  CHECK(order(plan_fork(cold, policy)) == "soft native pty");
}
