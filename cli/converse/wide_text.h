#pragma once
// UTF-8 to and from the wide characters of the line editor, whatever the locale.
//
// Plain functions.

#include <string>
#include <string_view>

namespace tine::cli {

/// What is not UTF-8 is left out.
std::wstring wide(std::string_view text);
/// What is no character is left out.
std::string narrow(std::wstring_view text);

}  // namespace tine::cli
