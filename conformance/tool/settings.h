#pragma once
// What the modes and the options of a session say of themselves.
//
// Functions without state.

#include <string>

#include "base/json/view.h"

namespace tine::conformance {

/// Why the value of an option is none that it can have; empty: it is one.
std::string wrong_value(json::View option);

/// Likewise the mode of a session.
std::string wrong_mode(json::View modes);

}  // namespace tine::conformance
