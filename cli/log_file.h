#pragma once
// Where the log goes: stderr, and a file when one is configured.

#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"

namespace tine::cli {

Log::Level level_named(std::string_view name);

/// Lines are redacted. The file is appended to and readable by its owner only. One that cannot be
/// opened is told on stderr, where the log goes in any case.
Log::Sink open_log(const std::string& path, Redactor& redactor);

}  // namespace tine::cli
