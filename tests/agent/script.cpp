#include "tests/agent/script.h"

namespace tine::tests {

std::vector<Directive> directives_of(const std::string& prompt) {
  std::vector<Directive> out;
  for (std::size_t at = prompt.find("[["); at != std::string::npos; at = prompt.find("[[", at)) {
    const std::size_t begin = at + 2;
    std::size_t depth = 1;
    std::size_t end = begin;
    while (end < prompt.size()) {
      const std::string_view two = std::string_view(prompt).substr(end, 2);
      if (two == "[[") ++depth;
      if (two == "]]" && --depth == 0) break;
      ++end;
    }
    const std::string whole = prompt.substr(begin, end - begin);
    const std::size_t colon = whole.find(": ");
    Directive each;
    each.name = whole.substr(0, colon);
    if (colon != std::string::npos) each.argument = whole.substr(colon + 2);
    out.push_back(std::move(each));
    at = end;
  }
  return out;
}

}  // namespace tine::tests
