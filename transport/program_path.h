#pragma once
// Finds programs.
//
// Plain functions.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tine::transport {

/// Whether this path is a file that may be run.
bool is_program(const std::string& path);
using IsProgram = std::function<bool(const std::string& path)>;

/// The path of the program `name`, looked for in the folders that `path` lists as PATH does. A name
/// with a slash is a path already. Only absolute folders count: an empty or relative entry would
/// find programs of whatever folder somebody works in. Empty: there is no such program.
std::string program_path(const std::string& name, std::string_view path,
                         const IsProgram& is_program = transport::is_program);

/// The value of PATH in an environment of lines NAME=value; empty when it has none.
std::string_view path_in(const std::vector<std::string>& environment);

}  // namespace tine::transport
