// What this program is: its version and the commit it was built from. Both are constants of the
// program; any thread may ask.
#pragma once

#include <string_view>

namespace tine {

std::string_view version();

// Twelve hex digits, with "-dirty" where the tree held changes; "unknown" outside a checkout.
std::string_view commit();

}  // namespace tine
