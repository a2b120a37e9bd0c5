#pragma once
// What bare `tine` prints on a terminal: what it is, how to try it, what to paste into an editor.

#include <string>
#include <string_view>

namespace tine::cli {

/// `program` is the path that an editor is to start.
std::string welcome(std::string_view program, std::string_view backends);

/// `--version`, as a line or as JSON.
std::string version_text(bool json);

}  // namespace tine::cli
