#pragma once
// What a bare word of a TOML text means: a number, a date, a time or a boolean.
//
// Pure functions.

#include <string_view>

#include "base/toml/document.h"

namespace tine::toml {

/// Sets type and value of `to`. Empty when that went well, else what is wrong.
std::string_view read_bare_value(std::string_view word, Node& to);

}  // namespace tine::toml
