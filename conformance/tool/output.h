#pragma once
// What the tool says and writes beside its reports' contents.
//
// Plain functions.

#include <string>

namespace tine::conformance {

/// Says what is wrong; gives the exit status for that.
int mistake(const std::string& what);

/// Writes the text to a file, or to stdout where `path` is "-"; nowhere where it is empty. False:
/// it could not, which has been said.
bool write_to(const std::string& path, const std::string& text);

}  // namespace tine::conformance
