#pragma once
// The configuration in words: every key with its value and, when asked, where the value comes from
// and what it overrides. Secrets stay out of it.
//
// Pure functions.

#include <string>

#include "cli/config/config.h"

namespace tine::cli {

/// For a terminal. With `origins` each value tells where it comes from.
std::string explain(const Config& config, bool origins);

/// The same as one JSON object, always with the origins.
std::string explain_json(const Config& config);

}  // namespace tine::cli
