#pragma once
// What the configuration asks of the file system, as functions that can be passed in.
//
// Called on the loop's thread, for small files at start and at the beginning of a session.

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "transport/program_path.h"

namespace tine::cli {

/// The text of a file; none when there is no such file.
using ReadFile = std::function<Result<std::optional<std::string>>(const std::string& path)>;

using transport::is_program;
using transport::IsProgram;

/// Refuses what is no regular file and what is larger than a configuration can be; never waits, as
/// it would for the writer of a named pipe.
Result<std::optional<std::string>> read_config_file(const std::string& path);

}  // namespace tine::cli
