#include "session/fork/advice.h"

#include <algorithm>

#include "session/limits.h"

namespace tine::session {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t hours_of_day = 24;
constexpr std::size_t shown_commit = 12;

std::string time_text(std::int64_t hours) {
  if (hours < 2 * hours_of_day) return std::to_string(hours) + " hours";
  return std::to_string(hours / hours_of_day) + " days";
}

const ForkCandidate* candidate(const ForkPlan& plan, Strategy strategy) {
  const auto found = std::find_if(
      plan.candidates.begin(), plan.candidates.end(),
      [strategy](const auto& each) { return each.strategy == strategy && each.obstacle.empty(); });
  return found == plan.candidates.end() ? nullptr : &*found;
}

std::uint64_t tokens_of(const ForkCost& cost) {
  return cost.fresh.value_or(0) + cost.cache_write.value_or(0);
}

/// Whether it costs less than a small part of the other.
bool is_fraction(const ForkCost& one, const ForkCost& other) {
  constexpr std::uint64_t part = limits::advised_part;
  if (one.dollars && other.dollars) return *one.dollars * part < *other.dollars;
  return one.fresh && other.fresh && tokens_of(one) * part < tokens_of(other);
}

}  // namespace

std::vector<std::string> advice_on(const ForkFacts& facts, const ForkPlan& plan) {
  std::vector<std::string> advice;
  if (!facts.other_project.empty()) {
    advice.push_back("The parent has worked in another project, " + facts.other_project +
                     ": what it knows of files may not hold here.");
  }
  if (!facts.head_then.empty() && !facts.head_now.empty() && facts.head_then != facts.head_now) {
    advice.push_back("The repository was at " + facts.head_then.substr(0, shown_commit) +
                     " when the parent's last turn ended and is at " +
                     facts.head_now.substr(0, shown_commit) +
                     " now: files may differ from what the fork knows of them.");
  }
  if (facts.stale_hours > 0 && facts.unused_ms.value_or(0) >= facts.stale_hours * hour_ms) {
    advice.push_back("The parent was last used " + time_text(*facts.unused_ms / hour_ms) +
                     " ago: a new session may know more of how things are.");
  }
  if (facts.tool_bytes >= limits::advised_tool_bytes &&
      facts.tool_bytes / limits::advised_part >= facts.said_bytes) {
    advice.emplace_back(
        "Most of the parent's past is output of tools, which the fork pays for: a soft fork "
        "carries what was asked and answered.");
  }
  const ForkCandidate* const first = plan.first_usable();
  const ForkCandidate* const soft = candidate(plan, Strategy::soft);
  const bool is_cold = plan.warm && !*plan.warm;
  if (is_cold && first != nullptr && soft != nullptr && first->strategy != Strategy::soft &&
      is_fraction(soft->cost, first->cost)) {
    advice.push_back("The provider's cache has lost the parent's past. " +
                     std::string(name_of(first->strategy)) + ": " + cost_text(first->cost) +
                     "; soft: " + cost_text(soft->cost) + ".");
  }
  return advice;
}

}  // namespace tine::session
