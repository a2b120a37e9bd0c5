#pragma once
// Printing for people and pipes, on the descriptors that the program was started with.
//
// Plain functions; a reader that has gone is not an error. They wait until all is written.

#include <string>
#include <string_view>

#include "base/error.h"

namespace tine::cli {

/// False: nobody reads any more, or it cannot be written.
bool print(std::string_view text);
bool print_to_stderr(std::string_view text);
/// What came from outside, on one line that does nothing to a terminal.
std::string printable(std::string_view text);
/// "tine: what happened" and what to do about it.
void print_error(const Error& error);

/// Whether stdout is a terminal that may be shown colours.
bool colours();

}  // namespace tine::cli
