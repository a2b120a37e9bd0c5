#include "cli/converse/completion.h"

#include <algorithm>

namespace tine::cli {

Completion complete_command(std::string_view before, const std::vector<std::string>& names) {
  Completion out;
  if (!before.starts_with('/') || before.find_first_of(" \t\n") != std::string_view::npos)
    return out;
  const std::string_view typed = before.substr(1);
  for (const std::string& each : names) {
    if (each.starts_with(typed)) out.names.push_back("/" + each);
  }
  if (out.names.empty()) return out;
  std::sort(out.names.begin(), out.names.end());
  out.names.erase(std::unique(out.names.begin(), out.names.end()), out.names.end());
  // They are sorted: what the first and the last have in common, all have.
  const std::string& first = out.names.front();
  const std::string& last = out.names.back();
  const auto [end, other] = std::mismatch(first.begin(), first.end(), last.begin(), last.end());
  out.added =
      first.substr(before.size(), static_cast<std::size_t>(end - first.begin()) - before.size());
  if (out.names.size() == 1) {
    out.added += ' ';
    out.names.clear();
  }
  return out;
}

}  // namespace tine::cli
