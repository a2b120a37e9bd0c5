#pragma once
// A TOML value as JSON.
//
// A pure function.

#include "base/json/writer.h"
#include "base/toml/document.h"

namespace tine::toml {

/// False when there is something in it that JSON cannot say, a date or an infinite number; what has
/// been written then is no whole value.
bool write_json(const Node& from, json::Writer& to);

}  // namespace tine::toml
