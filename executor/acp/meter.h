#pragma once
// What a turn of an ACP agent cost, from the usage that it reports with its answer.
//
// A plain function.

#include "base/json/view.h"
#include "executor/usage.h"

namespace tine::executor::acp {

/// Reads `usage` of an answer to session/prompt. The protocol leaves open whether the input holds
/// what came from the cache: an agent whose total is input and output alone counts it inside.
TurnUsage usage_of(json::View usage);

}  // namespace tine::executor::acp
