#pragma once
// The name of the folder that holds a project's sessions: readable, and never the same for two
// projects.
//
// A plain function.

#include <string>
#include <string_view>

namespace tine::session::store {

/// `path` is canonical. A slash becomes `+`; what is no letter, digit, dot, dash or underscore
/// becomes %XX. A name over limits::folder_name is cut and ends in `~` and a 128-bit digest of the
/// whole path.
std::string project_folder(std::string_view path);

}  // namespace tine::session::store
