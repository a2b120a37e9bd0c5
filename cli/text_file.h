#pragma once
// Texts that a person hands to a verb: from a file, or from stdin.
//
// Plain functions; they wait until all is read.

#include <string>

#include "base/result.h"

namespace tine::cli {

/// A failure names the file. What is larger than limits::text is refused.
Result<std::string> read_text_file(const std::string& path);
Result<std::string> read_stdin();

}  // namespace tine::cli
