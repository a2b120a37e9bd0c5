#pragma once
// Codex's errors as ours. Only its structured fields decide.
//
// Plain functions.

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json/view.h"

namespace tine::executor::codex {

/// Of a turn that failed: its TurnError.
Error error_of_turn(json::View turn_error);

/// Of a call that was answered with an error. Nearly all have one code, so `method` helps to tell
/// them apart.
Error error_of_call(std::string_view method, Error error);

}  // namespace tine::executor::codex
