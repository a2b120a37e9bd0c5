#pragma once
// The directory that a verb works in. Plain functions.

#include <string>

#include "base/result.h"

namespace tine::cli {

/// `given` as an absolute path; when it is empty, where the program was started.
Result<std::string> working_directory(const std::string& given);

}  // namespace tine::cli
