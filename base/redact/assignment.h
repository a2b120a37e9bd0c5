#pragma once
// Values that are secret because of the name before them: NAME=value and name: value in shells,
// .env, YAML, TOML, JSON, source code, connection strings and query strings, options on command
// lines, and headers.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/redact/layer.h"
#include "base/redact/match.h"
#include "base/redact/secret_name.h"

namespace tine::redact {

/// What may stand beside a value that is not in quotes.
enum class Setting : std::uint8_t {
  none,  // anything: it ends where a separator seems to
  list,  // further settings, after a semicolon
  line,  // nothing: it is all of its line, or of an argument
};

/// The value of the assignment whose `=` or `:` stands at `op`. `value` is given where a value
/// begins once the name before it is a secret's, also when the value is none.
struct Assignment {
  SecretName name;
  std::size_t value = 0;
  /// NAME=value or Name=value, without blanks: no expression can stand there.
  bool literal = false;
  Setting setting = Setting::none;
};
Assignment find_assignment(Reach& reach, std::size_t op);

/// Whether find_assignment may find one; says no to most operators at a glance.
bool may_be_assignment(std::string_view text, std::size_t op);

Match match_assignment(Reach& reach, const Assignment& assignment);

/// Whether find_option may find one; says no to most dashes at a glance.
bool may_be_option(std::string_view text, std::size_t dashes);

/// The value after `--api-key `, whose two dashes stand at `dashes`.
Assignment find_option(Reach& reach, std::size_t dashes);

}  // namespace tine::redact
