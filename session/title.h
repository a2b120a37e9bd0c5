#pragma once
// The title of a session, made from its first prompt.

#include <string>
#include <string_view>

#include "base/redact/redactor.h"

namespace tine::session {

/// Gives the first line that says something, without secrets, surplus blanks and control
/// characters, cut at a word to limits::title bytes; empty when there is none. Reads
/// limits::title_source bytes of the prompt; what could still become a secret there is left out.
std::string title_from(std::string_view prompt, Redactor& redactor);

}  // namespace tine::session
