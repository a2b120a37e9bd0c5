#pragma once
// What a run found out about an agent without judging it: facts change no verdict and no exit
// status.
//
// Values and functions without state.

#include <string>
#include <vector>

#include "conformance/tool/run.h"

namespace tine::conformance {

struct Fact {
  std::string id;  ///< of the requirement with the level TOLD that it is about
  std::string value;
  std::string reference;  ///< the same of an agent that does nothing else; empty: not measured
};

/// What the responses to prompts say of tokens; empty where too few did.
std::vector<Fact> usage_facts(const std::vector<ScenarioResult>& results);

}  // namespace tine::conformance
