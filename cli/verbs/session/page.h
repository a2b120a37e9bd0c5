#pragma once
// Parts of a page of HTML that needs nothing else, and runs nothing: texts are escaped, there are
// no scripts and no links, and a browser is told to load nothing.
//
// Plain functions.

#include <string>
#include <string_view>

namespace tine::cli {

/// Text that is no markup, whatever it says.
std::string html_text(std::string_view text);
/// Up to and with the heading. `title` is text.
std::string page_begin(std::string_view title);
std::string page_end();

}  // namespace tine::cli
