#include "executor/claude/granted.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "executor/claude/limits.h"

namespace tine::executor::claude {
namespace {

bool is_plain(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

/// The rule as Claude Code writes it in settings: it takes the escapes away again. A text of `*`
/// alone would mean every use of the tool.
std::optional<std::string> rule_in(json::View rule) {
  const std::string tool = rule.find("toolName").string().value_or(std::string());
  if (!is_plain(tool)) return std::nullopt;
  const json::View content = rule.find("ruleContent");
  if (!content.exists()) return tool;
  const std::string text = content.string().value_or(std::string());
  if (text.empty() || text == "*") return std::nullopt;
  std::string out = tool + "(";
  for (const char each : text) {
    if (each == '\\' || each == '(' || each == ')') out += '\\';
    out += each;
  }
  return out + ")";
}

void keep(std::deque<std::string>& kept, std::string what) {
  const auto old = std::find(kept.begin(), kept.end(), what);
  if (old != kept.end()) kept.erase(old);
  kept.push_back(std::move(what));
  if (kept.size() > limits::granted) kept.pop_front();
}

}  // namespace

void Granted::add(json::View update) {
  if (update.find("type").equals("addRules") && update.find("behavior").equals("allow")) {
    for (const json::View each : update.find("rules").elements()) {
      if (auto rule = rule_in(each)) keep(rules_, std::move(*rule));
    }
  }
  if (update.find("type").equals("addDirectories")) {
    for (const json::View each : update.find("directories").elements()) {
      if (auto directory = each.string()) keep(directories_, std::move(*directory));
    }
  }
}

std::string Granted::request() const {
  if (rules_.empty() && directories_.empty()) return {};
  const nlohmann::json request = {
      {"subtype", "apply_flag_settings"},
      {"settings",
       {{"permissions", {{"allow", rules_}, {"additionalDirectories", directories_}}}}}};
  return request.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tine::executor::claude
