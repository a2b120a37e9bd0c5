#pragma once
// Changes the user's configuration file.
//
// A plain function, called by a verb.

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace tine::cli {

/// Makes the text of the file from the one that it has; none: there is no file yet.
using ChangeText = std::function<Result<std::string>(const std::optional<std::string>& before)>;

/// Replaces the file in one step, and keeps its rights; behind a symbolic link, the file that it
/// points to. One process at a time does so in that folder.
Result<void> change_config_file(const std::string& path, const ChangeText& change);

}  // namespace tine::cli
