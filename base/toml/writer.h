#pragma once
// Writes a tree back as TOML text. Each table and array comes back in the form it was made in, so
// whatever a Reader has accepted stays within its limits; comments and the spelling of numbers and
// strings do not come back.
//
// A pure function.

#include <string>

#include "base/toml/document.h"

namespace tine::toml {

/// Values before tables, all else in the order of the tree. Within a table or array that is made as
/// a value, everything is. A table made `on_the_way` or by `dots` that holds nothing is left out.
/// Bytes of strings that are not UTF-8 become U+FFFD.
std::string write(const Node& root);

}  // namespace tine::toml
