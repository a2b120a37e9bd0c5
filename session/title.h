#pragma once
// The title of a session, made from its first prompt.

#include <string>
#include <string_view>

namespace tine::session {

/// The first line that says something, without surplus blanks and control characters, cut at a word
/// to limits::title bytes; empty when there is none.
std::string title_from(std::string_view prompt);

}  // namespace tine::session
