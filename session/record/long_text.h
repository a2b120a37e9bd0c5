#pragma once
// Takes the secrets out of a long text without holding up the loop.
//
// A coroutine on the loop's thread; loop and redactor outlive it.

#include <string>

#include "base/redact/redactor.h"
#include "transport/loop.h"

namespace tine::session {

/// Takes the secrets out of JSON, as json::redacted does, and lets others run after each
/// limits::redaction_window bytes.
transport::Task<std::string> redacted_in_slices(transport::Loop& loop, Redactor& redactor,
                                                std::string text);

}  // namespace tine::session
