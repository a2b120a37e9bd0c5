#include "conformance/tool/facts.h"

#include <algorithm>
#include <map>

namespace tine::conformance {
namespace {

/// The turns of one session that it takes to see whether their usage adds up.
constexpr std::size_t fewest_turns = 3;

constexpr const char* per_turn = "per turn";

/// Turns of one session with about the same output: counted together, the third has three times the
/// output of the first; counted alone, about as much.
std::string scope_of(const std::vector<TurnUsage>& turns) {
  const std::int64_t first = turns.front().output;
  if (first == 0) return "it cannot be told, as there was no output";
  for (std::size_t i = 1; i < turns.size(); ++i) {
    const TurnUsage& before = turns[i - 1];
    if (turns[i].output <= before.output || turns[i].total <= before.total) return per_turn;
  }
  return turns.back().output >= 2 * first ? "cumulative: of all turns so far" : per_turn;
}

std::string scope(const std::vector<ScenarioResult>& results) {
  for (const ScenarioResult& each : results) {
    std::map<std::string, std::vector<TurnUsage>> sessions;
    for (const TurnUsage& usage : each.usages) {
      if (usage.total && !usage.is_cancelled) sessions[usage.session].push_back(usage);
    }
    for (const auto& [session, turns] : sessions) {
      if (turns.size() >= fewest_turns) return scope_of(turns);
    }
  }
  return {};
}

std::string of_cancelled(const std::vector<ScenarioResult>& results) {
  std::string out;
  for (const ScenarioResult& each : results) {
    for (const TurnUsage& usage : each.usages) {
      if (!usage.is_cancelled) continue;
      if (usage.total.value_or(0) > 0) return "it has tokens";
      out = usage.total ? "no tokens at all" : "nothing";
    }
  }
  return out;
}

}  // namespace

std::vector<Fact> usage_facts(const std::vector<ScenarioResult>& results) {
  std::vector<Fact> out = {{"ACP-USAGE-004", scope(results), {}},
                           {"ACP-USAGE-005", of_cancelled(results), {}}};
  std::erase_if(out, [](const Fact& each) { return each.value.empty(); });
  return out;
}

}  // namespace tine::conformance
