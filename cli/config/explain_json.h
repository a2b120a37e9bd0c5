#pragma once
// The values of a configuration as JSON.
//
// Plain functions.

#include <string>

#include "cli/config/config.h"
#include "cli/config/schema.h"

namespace tine::cli {

/// Returns the value in one line of JSON. A secret one shows only that it is set.
std::string json_text(const Value& value, bool secret);

/// Nothing is configured.
bool is_empty(const Value& value);

}  // namespace tine::cli
