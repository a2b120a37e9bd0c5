#include "session/fork/plan.h"

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

TEST_CASE("plan: what each way is expected to cost") {
  const auto cost = [](const ForkFacts& of, Strategy strategy) {
    return plan_fork(of, {.strategy = strategy}).candidates.front().cost;
  };
  CHECK(cost(facts(), Strategy::native) == ForkCost{.fresh = 0, .cached = 20'000});
  CHECK(cost(facts(five_minutes), Strategy::native) == ForkCost{.fresh = 20'000, .cached = 0});
  CHECK(cost(facts(std::nullopt), Strategy::native) == ForkCost{});
  CHECK(cost(facts(), Strategy::soft) == ForkCost{.fresh = 2000, .cached = 0});
  ForkFacts small = facts();
  small.prefix = 500;
  CHECK(cost(small, Strategy::soft) == ForkCost{.fresh = 500, .cached = 0});
  small.prefix.reset();
  CHECK(cost(small, Strategy::native) == ForkCost{});
  CHECK(cost(small, Strategy::soft) == ForkCost{.fresh = 2000, .cached = 0});
}
