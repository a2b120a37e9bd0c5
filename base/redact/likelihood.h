#pragma once
// How surprising a text is to a reader of code and prose: the cost of each character after those
// before it, from counts of how words are made (likelihood_table.h). Random letters and digits cost
// more than any word, name or abbreviation of the same length.
//
// Plain functions.

#include <cstddef>
#include <string_view>

namespace tine::redact {

/// Bits per character, in hundredths.
unsigned surprise(std::string_view text);

}  // namespace tine::redact
