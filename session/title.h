#pragma once
// The title of a session, made from its first prompt; and that of a fork, which must not be taken
// for its parent: "Fix the login test (fork 2): try it with a queue".

#include <span>
#include <string>
#include <string_view>

#include "base/redact/redactor.h"

namespace tine::session {

/// Gives the first line that says something, without secrets, surplus blanks and control
/// characters, cut at a word to limits::title bytes; empty when there is none. Reads
/// limits::title_source bytes of the prompt; what could still become a secret there is left out.
std::string title_from(std::string_view prompt, Redactor& redactor);

/// The title of a new fork: its parent's, less the prompt that a fork has behind its number, and a
/// number that is one more than the highest of `siblings`, the titles of its parent's forks. A fork
/// of fork 2 is fork 2.1. Empty when the parent has no title.
std::string fork_title(std::string_view parent, std::span<const std::string> siblings);

/// The title of a fork with `prompt`, the title that its own first prompt would give; empty when
/// `fork` is not the title that a new fork has.
std::string with_own_prompt(std::string_view fork, std::string_view prompt);

}  // namespace tine::session
