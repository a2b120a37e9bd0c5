#pragma once
// Codex's errors as ours. Only its structured fields decide.
//
// Plain functions.

#include <cstdint>
#include <optional>
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

/// When the last of the windows that are used up begins anew, in seconds since 1970, as
/// account/rateLimits/updated tells it; none when none is, or nobody says.
std::optional<std::int64_t> limited_until_of(json::View rate_limits);

}  // namespace tine::executor::codex
