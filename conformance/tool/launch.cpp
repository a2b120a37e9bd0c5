#include "conformance/tool/launch.h"

#include <unistd.h>

#include <map>
#include <thread>

#include "transport/process_tree.h"

namespace tine::conformance {

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

Launch launch_of(const Agent& agent, const Folder& folder) {
  Launch launch{.command = agent.command,
                .environment = {},
                .cwd = agent.cwd.empty() ? folder.project() : std::filesystem::path(agent.cwd),
                .errors = folder.path() / "stderr"};
  std::map<std::string, std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const std::size_t equals = variable.find('=');
    if (equals != std::string_view::npos)
      variables[std::string(variable.substr(0, equals))] = variable.substr(equals + 1);
  }
  for (const auto& [name, value] : agent.environment)
    variables[name] = replaced(value, "{folder}", folder.path().string());
  for (const auto& [name, value] : variables) {
    launch.environment.push_back(name);
    launch.environment.back().append("=").append(value);
  }
  return launch;
}

bool have_ended(std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds step{2};
  for (auto waited = step; transport::reap_children([](pid_t, int) {}); waited += step) {
    if (waited > patience) return false;
    std::this_thread::sleep_for(step);
  }
  return true;
}

}  // namespace tine::conformance
