#pragma once
// The first line of a transcript: who the session is and what it begins with.
//
// Plain functions.

#include <string>

#include "base/json/view.h"
#include "session/store/state.h"

namespace tine::session {

std::string header_data(const store::State& state);
void take_header(json::View data, store::State& state);

}  // namespace tine::session
