#include "transport/program_path.h"

#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
//
#include <boost/process/v2/environment.hpp>
#include <vector>

namespace tine::transport {
namespace {

namespace environment = boost::process::v2::environment;

/// The absolute folders.
std::string absolute_only(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    if (!folder.starts_with('/')) continue;
    if (!out.empty()) out.push_back(':');
    out.append(folder);
  }
  return out;
}

}  // namespace

std::string program_path(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) return name;
  const std::string folders = absolute_only(path);
  if (name.empty() || folders.empty()) return {};
  const std::vector<environment::key_value_pair> variables{{"PATH", folders}};
  return environment::find_executable(name, variables).string();
}

std::string_view path_in(const std::vector<std::string>& environment) {
  constexpr std::string_view name = "PATH=";
  for (const std::string_view each : environment)
    if (each.starts_with(name)) return each.substr(name.size());
  return {};
}

}  // namespace tine::transport
