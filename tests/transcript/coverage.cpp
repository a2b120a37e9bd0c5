#include "tests/transcript/coverage.h"

#include <fstream>
#include <map>

#include "base/error.h"

namespace tine::transcript {
namespace {

using conformance::Case;
using conformance::Step;

/// Whether a case expects an error of that kind with its code.
bool expects(const Case& what, const ErrorKindFacts& kind) {
  const std::string text = "! " + std::to_string(kind.code) + " " + std::string(kind.name);
  for (const Step& step : what.steps) {
    const std::size_t at = step.source.find(text);
    if (at == std::string::npos) continue;
    const std::size_t end = at + text.size();
    if (end == step.source.size() || step.source[end] == ' ') return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> gaps(const std::filesystem::path& behaviour,
                              const std::vector<Case>& cases) {
  std::vector<std::string> out;
  std::map<std::string, bool> shown;
  std::ifstream file(behaviour);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.empty() || line.front() == '#' || line.front() == ' ' || colon == std::string::npos)
      continue;
    shown[line.substr(0, colon)] = false;
  }
  if (shown.empty()) out.push_back("no behaviour in " + behaviour.string());
  for (const Case& each : cases) {
    for (const std::string& name : each.shows) {
      const auto found = shown.find(name);
      if (found == shown.end()) {
        out.push_back(each.place + " shows " + name + ", which is not in " + behaviour.string());
      } else {
        found->second = true;
      }
    }
  }
  for (const auto& [name, is_shown] : shown) {
    if (!is_shown) out.push_back("no case shows " + name);
  }
  for (const ErrorKindFacts& kind : error_kinds()) {
    bool expected = false;
    for (const Case& each : cases) expected = expected || expects(each, kind);
    if (!expected) out.push_back("no case expects the error " + std::string(kind.name));
  }
  return out;
}

}  // namespace tine::transcript
