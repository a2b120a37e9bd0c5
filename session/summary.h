#pragma once
// A session's past in few words, for a backend that has to go on without having been there.
//
// A plain function.

#include <string>
#include <vector>

#include "executor/executor.h"

namespace tine::session {

/// The first prompt and the last turns, each cut to limits::summary_part, as many as fit into
/// limits::summary; what is left out is said. It holds no more secrets than the turns do.
std::string summary_of(const std::vector<executor::PastTurn>& turns);

}  // namespace tine::session
