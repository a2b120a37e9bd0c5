#include "tests/mock/script.h"

#include <algorithm>
#include <array>

namespace tine::mock {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

}  // namespace

bool calls_tool(const Step& step) {
  constexpr std::array<std::string_view, 6> tools = {"run",  "escalate", "patch",
                                                     "plan", "call",     "mcp"};
  return std::find(tools.begin(), tools.end(), step.name) != tools.end();
}

std::vector<Step> steps_of_answer(std::string_view prompt, std::size_t results) {
  std::vector<Step> steps;
  std::size_t answer = 0;
  std::size_t at = 0;
  while ((at = prompt.find("[[", at)) != std::string_view::npos) {
    const std::size_t end = prompt.find("]]", at);
    if (end == std::string_view::npos) break;
    const std::string_view inside = prompt.substr(at + 2, end - at - 2);
    at = end + 2;
    const std::size_t colon = inside.find(':');
    Step step{.name = std::string(trimmed(inside.substr(0, colon))), .argument = {}};
    if (colon != std::string_view::npos) step.argument = trimmed(inside.substr(colon + 1));
    const bool last = calls_tool(step);
    if (answer == results) steps.push_back(std::move(step));
    if (last) ++answer;
  }
  if (steps.empty()) steps.push_back({.name = "say", .argument = "ok"});
  return steps;
}

std::vector<std::string> words(std::string_view argument, std::size_t most) {
  std::vector<std::string> out;
  std::string_view rest = trimmed(argument);
  while (!rest.empty()) {
    const std::size_t end = out.size() + 1 == most ? std::string_view::npos : rest.find(' ');
    out.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : trimmed(rest.substr(end));
  }
  return out;
}

}  // namespace tine::mock
