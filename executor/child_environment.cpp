#include "executor/child_environment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

#include "executor/limits.h"

namespace tine::executor {
namespace {

constexpr std::string_view session_variable = "TINE_SESSION_ID";
constexpr std::string_view depth_variable = "TINE_DEPTH";
constexpr std::string_view project_variable = "TINE_PROJECT_ROOT";
constexpr std::string_view parent_variable = "TINE_PARENT_SESSION";
constexpr std::string_view folder_variable = "TINE_SESSION_DIR";

bool tells_of_a_session(std::string_view entry) {
  constexpr std::array names{session_variable, depth_variable, project_variable, parent_variable,
                             folder_variable};
  const std::string_view name = entry.substr(0, entry.find('='));
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string assignment(std::string_view name, std::string_view value) {
  return std::string(name).append("=").append(value);
}

}  // namespace

std::vector<std::string> child_environment(const std::vector<std::string>& inherited,
                                           const ChildIdentity& id) {
  std::vector<std::string> out;
  out.reserve(inherited.size() + 5);
  for (const std::string& entry : inherited)
    if (!tells_of_a_session(entry)) out.push_back(entry);
  out.push_back(assignment(session_variable, id.session_id));
  out.push_back(assignment(depth_variable, std::to_string(id.depth)));
  out.push_back(assignment(project_variable, id.project_root));
  if (!id.parent_session.empty()) out.push_back(assignment(parent_variable, id.parent_session));
  out.push_back(assignment(folder_variable, id.session_dir));
  return out;
}

std::string variable_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& each : environment) {
    if (each.size() > name.size() && each[name.size()] == '=' && each.starts_with(name))
      return each.substr(name.size() + 1);
  }
  return {};
}

Result<std::uint64_t> depth_below(const Env& env, std::uint64_t max_depth) {
  const auto text = env.variable(depth_variable);
  if (!text) return std::uint64_t{1};
  if (text->size() > limits::depth_digits)
    return fail(ErrorKind::depth_exceeded, "TINE_DEPTH is longer than any depth");
  std::uint64_t depth = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, depth);
  if (error != std::errc() || rest != end)
    return fail(ErrorKind::depth_exceeded, "TINE_DEPTH is not a number");
  if (depth > max_depth) {
    return fail(ErrorKind::depth_exceeded, "TINE_DEPTH is " + std::to_string(depth) +
                                               ", and max_depth " + std::to_string(max_depth));
  }
  return depth + 1;
}

}  // namespace tine::executor
