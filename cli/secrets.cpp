#include "cli/secrets.h"

#include <unistd.h>

#include <string_view>

namespace tine::cli {
namespace {

/// Not the text itself: it is a secret.
Failure too_short(std::string_view key) {
  return fail(ErrorKind::config_invalid,
              std::string(key) + " holds a text that is too short to be told from ordinary words");
}

}  // namespace

Redactor::Key redaction_key(Env& env) {
  Redactor::Key key{};
  env.random(key);
  return key;
}

std::vector<KnownSecret> learn_environment(Redactor& redactor) {
  std::vector<KnownSecret> known;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos || !is_secret_name(variable.substr(0, equals))) continue;
    if (KnownSecret secret = redactor.know(variable.substr(equals + 1), "env"))
      known.push_back(std::move(secret));
  }
  return known;
}

Result<void> learn_configured(Redactor& redactor, const Settings& settings) {
  for (const std::string& literal : settings.redact_literals) {
    if (!redactor.add_literal(literal)) return too_short("redact.literals");
  }
  for (const std::string& prefix : settings.redact_prefixes) {
    if (!redactor.add_prefix(prefix)) return too_short("redact.prefixes");
  }
  return {};
}

}  // namespace tine::cli
