#include "session/project.h"

#include <filesystem>
#include <system_error>

namespace tine::session {
namespace {

Result<void> check_directory(const std::string& path, const std::string& where) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  return fail(Error(ErrorKind::invalid_params, "not an existing directory at " + where).at(where));
}

}  // namespace

std::string canonical(const std::string& path) {
  std::error_code error;
  const auto found = std::filesystem::canonical(path, error);
  return error ? path : found.string();
}

Result<void> check(const v1::Workspace& workspace) {
  if (auto good = check_directory(workspace.cwd, "params.cwd"); !good) return good;
  for (std::size_t i = 0; i < workspace.additional_directories.size(); ++i) {
    const std::string where = "params.additionalDirectories[" + std::to_string(i) + "]";
    if (auto good = check_directory(workspace.additional_directories[i], where); !good) return good;
  }
  return {};
}

}  // namespace tine::session
