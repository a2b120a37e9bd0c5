#pragma once
// Plays scenarios against an agent, each in a process of its own and in a folder of its own.
//
// Plain functions. They start processes of this one; the process has no other threads.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/tool/agent.h"
#include "conformance/tool/client.h"
#include "conformance/tool/scenarios.h"

namespace tine::conformance {

enum class Verdict : std::uint8_t {
  pass,
  fail,
  warning,         ///< a SHOULD that is not followed
  not_applicable,  ///< the agent does not announce what it is about
  not_exercised    ///< what it is about did not happen
};

std::string_view name_of(Verdict verdict);
/// The other way round.
std::optional<Verdict> verdict_named(std::string_view name);

struct ScenarioResult {
  Verdict verdict = Verdict::pass;
  std::string reason;  ///< of anything but a pass
  std::string step;    ///< where it failed
  std::vector<std::string> wire;
  std::string errors;  ///< the end of stderr
  std::vector<Finding> findings;
  std::vector<TurnUsage> usages;
  std::string initialize;    ///< the agent's response to it
  bool wants_login = false;  ///< it has refused something for that reason
};

/// What an agent says of itself.
struct Introduction {
  std::string initialize;  ///< its response to initialize; empty: there was none
  std::string fault;       ///< why nothing can be tested
  std::string doubt;       ///< why little can be tested
};

/// Plays so many, so many at a time, in processes of their own. `done` hears of each.
std::vector<ScenarioResult> play_shared(std::size_t count, unsigned jobs,
                                        const std::function<ScenarioResult(std::size_t)>& play_one,
                                        const std::function<void(std::size_t)>& done);

/// Starts the agent, initializes it and opens a session.
Introduction introduce(const Agent& agent, SchemaCheck& schema);

/// What is played in a run, and how many prompts that sends at most.
struct Plan {
  std::vector<const Scenario*> scenarios;
  std::vector<bool> is_paid;  ///< of each: whether its prompts are within the budget
  std::size_t prompts = 0;
};

/// Scenarios are paid for in their order, as long as what they send fits into the budget.
Plan make_plan(std::vector<const Scenario*> scenarios, const Agent& agent,
               const Introduction& introduction);

/// Plays all of them, so many at a time. `done` hears of each.
std::vector<ScenarioResult> play_all(const Plan& plan, const Agent& agent,
                                     const Introduction& introduction, SchemaCheck& schema,
                                     unsigned jobs, const std::function<void(std::size_t)>& done);

}  // namespace tine::conformance
