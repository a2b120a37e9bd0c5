#include "transport/program_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace tine::transport {

bool is_program(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string program_path(const std::string& name, std::string_view path,
                         const IsProgram& is_program) {
  if (name.empty() || name.find('/') != std::string::npos) return name;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    if (!folder.starts_with('/')) continue;
    std::string candidate(folder);
    if (!candidate.ends_with('/')) candidate += '/';
    candidate += name;
    if (is_program(candidate)) return candidate;
  }
  return {};
}

std::string_view path_in(const std::vector<std::string>& environment) {
  constexpr std::string_view name = "PATH=";
  for (const std::string_view each : environment)
    if (each.starts_with(name)) return each.substr(name.size());
  return {};
}

}  // namespace tine::transport
