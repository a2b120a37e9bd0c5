#pragma once
// Text that goes into XML or HTML.
//
// A function without state.

#include <string>
#include <string_view>

namespace tine {

/// Characters that XML has no room for become pictures of them.
std::string escaped_markup(std::string_view text);

}  // namespace tine
