#pragma once
// Rules that answer a backend's permission questions in place of a person: what is allowed, denied,
// or asked in spite of a rule that allows it.
//
// A rule is KIND, KIND:PATTERN or PATTERN. KIND is a kind of tool call (execute, edit, read, fetch,
// …). PATTERN is compared with the command, the paths or the host of the call; each * in it stands
// for any text. What denies goes before what asks, and that before what allows.
//
// A rule that allows fits only what is certain: a command that is one program with its words, and
// nothing that a shell would take for more; all paths of a call; never the title, which a model
// makes. A rule that denies or asks fits as soon as any part does.
//
// Values and pure functions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/result.h"

namespace tine::session {

struct PermissionRule {
  enum class Verdict : std::uint8_t { allow, ask, deny };
  Verdict verdict = Verdict::ask;
  std::string kind;     ///< empty: any
  std::string pattern;  ///< empty: any
  std::string origin;   ///< where a person finds it: a flag, or a file

  /// As it was written.
  std::string text() const;
};
std::string_view name_of(PermissionRule::Verdict verdict);

Result<PermissionRule> read_permission_rule(PermissionRule::Verdict verdict, std::string_view text,
                                            std::string origin);

/// The rule that answers the question with these parameters, asked for a session in `cwd`; null:
/// none does. Rules answer no question about the trust in a folder.
const PermissionRule* rule_for(std::span<const PermissionRule> rules, json::View params,
                               std::string_view cwd);

/// The `_meta` of an answer that was not a person's, or that says so.
std::string permission_meta(std::string_view verdict, std::string_view rule,
                            std::string_view origin);
/// The answer that the rule gives to the question with these parameters, as JSON; none: the rule
/// asks, or the question does not offer that answer for once.
std::optional<std::string> answer_by(const PermissionRule& rule, json::View params);

}  // namespace tine::session
