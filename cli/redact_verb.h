#pragma once
// `tine redact`: takes secrets out of what flows through it, or checks files for them.

#include <string>
#include <vector>

#include "base/redact/redactor.h"

namespace tine::cli {

/// From stdin to stdout, piece by piece. Gives the exit code.
int redact_stdin(Redactor& redactor);

/// Lists where in the files secrets stand, without the secrets: FILE:LINE:COLUMN: kind. Gives the
/// exit code: failed when there are any, or when a file cannot be read.
int check_files(Redactor& redactor, const std::vector<std::string>& files);

}  // namespace tine::cli
