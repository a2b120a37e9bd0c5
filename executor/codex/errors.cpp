#include "executor/codex/errors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tine::executor::codex {
namespace {

constexpr std::string_view login_hint =
    "Log in with `codex login`, or set the key that the provider's configuration names.";

struct Named {
  std::string_view info;
  ErrorKind kind;
};

constexpr std::array plain = {
    Named{"contextWindowExceeded", ErrorKind::context_exceeded},
    Named{"sessionBudgetExceeded", ErrorKind::usage_limit},
    Named{"usageLimitExceeded", ErrorKind::usage_limit},
    Named{"rateLimitExceeded", ErrorKind::rate_limited},
    Named{"flexUnavailable", ErrorKind::overloaded},
    Named{"serverOverloaded", ErrorKind::overloaded},
    Named{"policyCapacityUnavailable", ErrorKind::overloaded},
    Named{"internalServerError", ErrorKind::overloaded},
    Named{"modelNotFound", ErrorKind::model_unavailable},
    Named{"unauthorized", ErrorKind::auth_required},
};

ErrorKind kind_of_status(std::int64_t status) {
  if (status == 401 || status == 403) return ErrorKind::auth_required;
  if (status == 404) return ErrorKind::model_unavailable;
  if (status == 429) return ErrorKind::rate_limited;
  if (status >= 500) return ErrorKind::overloaded;
  return ErrorKind::backend_failed;
}

ErrorKind kind_of(json::View info) {
  for (const Named& each : plain)
    if (info.equals(each.info)) return each.kind;
  // {"httpConnectionFailed":{"httpStatusCode":401}} and the like.
  for (const auto& [name, value] : info.members()) {
    const json::View status = value.find("httpStatusCode");
    if (const auto code = status.integer()) return kind_of_status(*code);
    if (status.exists()) return ErrorKind::connection_failed;
  }
  return ErrorKind::backend_failed;
}

}  // namespace

Error error_of_turn(json::View turn_error) {
  Error error;
  error.kind = kind_of(turn_error.find("codexErrorInfo"));
  error.message = "Codex: " + turn_error.find("message").string().value_or("the turn failed");
  if (const auto details = turn_error.find("additionalDetails").string(); details)
    error.message += " (" + *details + ")";
  if (error.kind == ErrorKind::auth_required) error.hint = login_hint;
  return error;
}

std::optional<std::int64_t> limited_until_of(json::View rate_limits) {
  constexpr std::int64_t all = 100;  // percent
  std::optional<std::int64_t> until;
  for (const std::string_view name : {"primary", "secondary"}) {
    const json::View window = rate_limits.find(name);
    if (window.find("usedPercent").integer().value_or(0) < all) continue;
    const auto resets = window.find("resetsAt").integer();
    if (resets) until = std::max(until.value_or(*resets), *resets);
  }
  return until;
}

Error error_of_call(std::string_view method, Error error) {
  if (error.kind == ErrorKind::timeout) {
    error.message = "Codex did not answer " + std::string(method);
    return error;
  }
  // All refusals have one code: this sentence of app-server's is the only sign.
  const bool held = error.message.ends_with("already has an active writer");
  error.message = "Codex refuses " + std::string(method) + ": " + error.message;
  error.code.reset();
  error.kind = held ? ErrorKind::session_locked : ErrorKind::backend_failed;
  return error;
}

}  // namespace tine::executor::codex
