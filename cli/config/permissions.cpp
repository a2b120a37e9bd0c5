#include "cli/config/apply.h"
#include "cli/config/config.h"

namespace tine::cli {
namespace {

using session::PermissionRule;

Result<void> take(const Config& config, std::string_view key, PermissionRule::Verdict verdict,
                  const Strings& texts, std::vector<PermissionRule>& to) {
  if (texts.empty()) return {};
  const Origin origin = *config.origin_of(key);
  for (const std::string& text : texts) {
    auto rule = session::read_permission_rule(verdict, text, origin.str());
    if (!rule) return refuse(origin, std::string(key) + ": " + rule.error().message);
    to.push_back(std::move(*rule));
  }
  return {};
}

}  // namespace

Result<std::vector<PermissionRule>> permission_rules(const Config& config) {
  using Verdict = PermissionRule::Verdict;
  const Settings& settings = config.settings;
  std::vector<PermissionRule> rules;
  auto taken = take(config, "permissions.deny", Verdict::deny, settings.permissions_deny, rules);
  if (taken) taken = take(config, "permissions.ask", Verdict::ask, settings.permissions_ask, rules);
  if (taken)
    taken = take(config, "permissions.allow", Verdict::allow, settings.permissions_allow, rules);
  if (!taken) return fail(std::move(taken.error()));
  return rules;
}

}  // namespace tine::cli
