#pragma once
// What there is to say against a fork that can be made all the same.
//
// A plain function.

#include <string>
#include <vector>

#include "session/fork/plan.h"

namespace tine::session {

/// Sentences for a person; empty: the fork is a good choice.
std::vector<std::string> advice_on(const ForkFacts& facts, const ForkPlan& plan);

}  // namespace tine::session
