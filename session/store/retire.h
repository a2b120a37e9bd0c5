#pragma once
// The end of a session's way through its states.
//
// A plain function.

#include "session/store/state.h"

namespace tine::session::store {

/// Its status becomes retired, by whichever way leads there.
void retire(State& state);

}  // namespace tine::session::store
