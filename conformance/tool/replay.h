#pragma once
// What `acp-conform replay` plays: a recorded conversation, which is judged as a whole.
//
// Plain function.

#include <vector>

#include "conformance/tool/options.h"
#include "conformance/tool/requirements.h"
#include "conformance/tool/scenarios.h"

namespace tine::conformance {

/// Reads the file that `options` name. Each case of it becomes a requirement, REPLAY-001 and on:
/// with those that the cases name themselves they are all that is judged.
Checked<std::vector<Scenario>> read_recorded(Options& options, Requirements& requirements);

}  // namespace tine::conformance
