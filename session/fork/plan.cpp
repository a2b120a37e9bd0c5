#include "session/fork/plan.h"

#include <algorithm>

namespace tine::session {
namespace {

/// What goes to the provider for the first time is fresh, or written to its cache.
void add_new(ForkCost& cost, std::uint64_t tokens, const ForkFacts& facts) {
  cost.fresh = facts.counts_writes ? 0 : tokens;
  cost.cache_write = facts.counts_writes ? tokens : 0;
}

ForkCost tokens_of(Strategy strategy, const ForkFacts& facts, std::optional<bool> warm) {
  ForkCost cost;
  if (strategy == Strategy::soft) {
    // A past that is small is carried whole.
    const std::uint64_t summary =
        facts.is_soft_exact ? facts.soft_tokens
                            : std::min(facts.soft_tokens, facts.prefix.value_or(facts.soft_tokens));
    add_new(cost, facts.opening.value_or(0) + summary, facts);
    cost.cache_read = 0;
  } else if (facts.prefix && warm) {
    const std::uint64_t cached = *warm ? *facts.prefix / facts.cache_step * facts.cache_step : 0;
    add_new(cost, *facts.prefix - cached + facts.answer.value_or(0), facts);
    cost.cache_read = cached;
  }
  return cost;
}

ForkCost cost_of(Strategy strategy, const ForkFacts& facts, std::optional<bool> warm) {
  ForkCost cost = tokens_of(strategy, facts, warm);
  if (facts.dollars && cost.fresh) cost.dollars = facts.dollars(cost);
  return cost;
}

/// By money where its price is known, else by the tokens that are paid in full.
bool is_cheaper(const ForkCost& one, const ForkCost& other) {
  if (one.dollars && other.dollars) return *one.dollars < *other.dollars;
  if (!one.fresh || !other.fresh) return true;
  return *one.fresh + one.cache_write.value_or(0) < *other.fresh + other.cache_write.value_or(0);
}

/// Which comes first when nobody has asked for one: no detail is lost without being asked for.
Strategy first_choice(const ForkFacts& facts, const ForkPolicy& policy, std::optional<bool> warm) {
  if (policy.strategy) return *policy.strategy;
  const bool is_cold = warm && !*warm;
  if (!is_cold || !policy.soft_when_cold) return Strategy::native;
  const bool is_soft_cheaper =
      is_cheaper(cost_of(Strategy::soft, facts, warm), cost_of(Strategy::native, facts, warm));
  return is_soft_cheaper ? Strategy::soft : Strategy::native;
}

}  // namespace

const ForkCandidate* ForkPlan::first_usable() const {
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [](const ForkCandidate& each) { return each.obstacle.empty(); });
  return found == candidates.end() ? nullptr : &*found;
}

std::optional<bool> is_warm(const ForkFacts& facts) {
  if (!facts.change.empty()) return false;
  if (!facts.age_ms || facts.cache_lifetime_ms == 0) return std::nullopt;
  return *facts.age_ms < facts.cache_lifetime_ms;
}

ForkPlan plan_fork(const ForkFacts& facts, const ForkPolicy& policy) {
  ForkPlan plan;
  plan.warm = is_warm(facts);
  const Strategy first = first_choice(facts, policy, plan.warm);
  std::vector<Strategy> order = {first};
  if (!policy.strict) {
    for (const Strategy each : strategies) {
      if (each != first) order.push_back(each);
    }
  }
  for (const Strategy each : order) {
    const auto obstacle = facts.obstacles.find(each);
    plan.candidates.push_back(
        {.strategy = each,
         .obstacle = obstacle == facts.obstacles.end() ? std::string() : obstacle->second,
         .cost = cost_of(each, facts, plan.warm)});
  }
  return plan;
}

std::string obstacles_in(const ForkPlan& plan) {
  std::string text;
  for (const ForkCandidate& each : plan.candidates) {
    if (each.obstacle.empty()) continue;
    if (!text.empty()) text += "; ";
    text.append(name_of(each.strategy)).append(": ").append(each.obstacle);
  }
  return text;
}

}  // namespace tine::session
