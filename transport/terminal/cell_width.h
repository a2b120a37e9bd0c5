#pragma once
// How many columns a character takes on a terminal: 2 for those of East Asian scripts and most
// pictures, 0 for marks that are drawn over the character before them, else 1. By blocks, not
// character by character: what is in doubt counts as 1.
//
// A pure function.

namespace tine::transport {

int cell_width(char32_t character);

}  // namespace tine::transport
