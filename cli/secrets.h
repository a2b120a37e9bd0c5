#pragma once
// What the redactor is told at start: the values of secret-named variables of the environment, and
// what the user has configured.
//
// Plain functions.

#include <vector>

#include "base/env.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "cli/config/settings.h"

namespace tine::cli {

Redactor::Key redaction_key(Env& env);
/// The values stay known for as long as the result lives.
std::vector<KnownSecret> learn_environment(Redactor& redactor);
Result<void> learn_configured(Redactor& redactor, const Settings& settings);

}  // namespace tine::cli
