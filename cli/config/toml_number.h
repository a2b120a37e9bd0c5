#pragma once
// What a bare word of a TOML text means: a number, a date, a time or a boolean.
//
// Pure functions.

#include <string_view>

#include "cli/config/toml_document.h"

namespace tine::cli {

/// Sets type and value of `to`. Empty when that went well, else what is wrong.
std::string_view read_bare_value(std::string_view word, TomlNode& to);

}  // namespace tine::cli
