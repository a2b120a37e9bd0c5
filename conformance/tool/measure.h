#pragma once
// Facts that take runs of their own: how fast and how large the agent is, beside an agent that does
// nothing else, and where a secret of a prompt is found afterwards.
//
// Plain functions. They start processes of this one; the process has no other threads.

#include <cstddef>
#include <vector>

#include "conformance/schema/schema_check.h"
#include "conformance/tool/agent.h"
#include "conformance/tool/facts.h"

namespace tine::conformance {

/// The word on the command line of this program that makes it the agent to compare with.
inline constexpr const char* reference_word = "reference";

/// As many prompts as that sends, where the agent has words for them.
std::size_t measuring_prompts(const Agent& agent);

std::vector<Fact> measured_facts(const Agent& agent, SchemaCheck& schema);

}  // namespace tine::conformance
