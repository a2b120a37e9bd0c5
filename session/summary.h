#pragma once
// A session's past in few words, for a backend that has to go on without having been there.
//
// A plain function.

#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "executor/executor.h"

namespace tine::session {

/// Tells the first prompt and the last turns, as many as fit into limits::summary, and says what is
/// left out. Secrets are taken out of each prompt and answer before it is cut to
/// limits::summary_part.
std::string summary_of(const std::vector<executor::PastTurn>& turns, Redactor& redactor);

}  // namespace tine::session
