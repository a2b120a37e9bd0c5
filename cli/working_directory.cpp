#include "cli/working_directory.h"

#include <filesystem>

namespace tine::cli {

Result<std::string> working_directory(const std::string& given) {
  std::error_code error;
  const auto path = given.empty() ? std::filesystem::current_path(error)
                                  : std::filesystem::absolute(given, error).lexically_normal();
  if (!error) return path.string();
  return fail(
      Error(ErrorKind::unsupported, "the current directory cannot be told: " + error.message())
          .with_hint("Go to a directory that exists."));
}

}  // namespace tine::cli
