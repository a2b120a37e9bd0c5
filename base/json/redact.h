#pragma once
// Takes the secrets out of JSON: of its strings as they read, not as they are written, so that an
// escape hides nothing. What is clean stays byte for byte as it was.
//
// A plain function.

#include <string>
#include <string_view>

#include "base/redact/redactor.h"

namespace tine::json {

/// `text` is JSON that a Scanner has accepted; anything else is redacted as plain text.
std::string redacted(std::string_view text, Redactor& redactor);

}  // namespace tine::json
