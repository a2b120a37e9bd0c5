#include "session/fork/plan.h"

#include <algorithm>

namespace tine::session {
namespace {

std::optional<bool> is_warm(const ForkFacts& facts) {
  if (!facts.change.empty()) return false;
  if (!facts.age_ms || facts.cache_lifetime_ms == 0) return std::nullopt;
  return *facts.age_ms < facts.cache_lifetime_ms;
}

ForkCost cost_of(Strategy strategy, const ForkFacts& facts, std::optional<bool> warm) {
  if (strategy == Strategy::soft) {
    // A past that is small is carried whole.
    return {.fresh = std::min(facts.soft_tokens, facts.prefix.value_or(facts.soft_tokens)),
            .cached = 0};
  }
  if (!facts.prefix || !warm) return {};
  return {.fresh = *warm ? 0 : *facts.prefix, .cached = *warm ? *facts.prefix : 0};
}

/// Which comes first when nobody has asked for one: no detail is lost without being asked for.
Strategy first_choice(const ForkPolicy& policy, std::optional<bool> warm) {
  if (policy.strategy) return *policy.strategy;
  const bool is_cold = warm && !*warm;
  return is_cold && policy.soft_when_cold ? Strategy::soft : Strategy::native;
}

}  // namespace

const ForkCandidate* ForkPlan::first_usable() const {
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [](const ForkCandidate& each) { return each.obstacle.empty(); });
  return found == candidates.end() ? nullptr : &*found;
}

ForkPlan plan_fork(const ForkFacts& facts, const ForkPolicy& policy) {
  ForkPlan plan;
  plan.warm = is_warm(facts);
  const Strategy first = first_choice(policy, plan.warm);
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
