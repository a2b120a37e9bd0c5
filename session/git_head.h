#pragma once
// Which commit a git repository stands at, read from its files: no program runs for it, unlike for
// git_snapshot(), so it costs a fork next to nothing.
//
// A plain function; it reads a few small files.

#include <string>

namespace tine::session {

/// The commit at HEAD of the repository that `cwd` lies in; empty: there is none, or its files do
/// not tell (a repository of another format, a reference among too many).
std::string git_head(const std::string& cwd);

}  // namespace tine::session
