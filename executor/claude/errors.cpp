#include "executor/claude/errors.h"

#include <array>
#include <utility>

namespace tine::executor::claude {
namespace {

constexpr std::string_view login_hint =
    "Log in with `claude auth login`, or set ANTHROPIC_API_KEY for the backend.";

struct Meaning {
  std::string_view sign;
  ErrorKind kind;
  std::string_view hint = {};          ///< empty: the kind's own
  std::optional<bool> retryable = {};  ///< none: the kind's own
};

/// The reasons for a turn's end that say all.
constexpr std::array reasons = {
    Meaning{"prompt_too_long", ErrorKind::context_exceeded},
    Meaning{"blocking_limit", ErrorKind::context_exceeded},
    Meaning{"rapid_refill_breaker", ErrorKind::context_exceeded},
    Meaning{"budget_exhausted", ErrorKind::usage_limit,
            "Raise the budget that the backend's configuration sets.", false},
};

/// Parts of sentences that have no field beside them. The first one that occurs decides.
constexpr std::array sentences = {
    Meaning{"No conversation found with session ID", ErrorKind::conversation_lost},
    Meaning{"No message found with message.uuid", ErrorKind::conversation_lost,
            "The other session has been compacted since it was forked here: fork it anew, or load "
            "this one to go on from a summary."},
    Meaning{"is already in use", ErrorKind::session_locked,
            "Claude Code has a conversation of this id already: resume it."},
    Meaning{"unknown option", ErrorKind::backend_too_old,
            "Update Claude Code: npm install -g @anthropic-ai/claude-code"},
    Meaning{"cannot be used with root/sudo", ErrorKind::unsupported,
            "Choose another mode, or do not run as root."},
    Meaning{"Reached maximum budget", ErrorKind::usage_limit,
            "Raise the budget that the backend's configuration sets.", false},
    Meaning{"Not logged in", ErrorKind::auth_required, login_hint},
    Meaning{"Please run /login", ErrorKind::auth_required, login_hint},
    Meaning{"Invalid API key", ErrorKind::auth_required, login_hint},
    Meaning{"ve hit your", ErrorKind::usage_limit},
    Meaning{"ve reached your", ErrorKind::usage_limit},
    Meaning{"out of usage", ErrorKind::usage_limit},
    Meaning{"usage limit", ErrorKind::usage_limit},
    Meaning{"Credit balance", ErrorKind::usage_limit, "Add funds, or use another account."},
};

template <std::size_t N>
const Meaning* meaning_in(const std::array<Meaning, N>& known, std::string_view text) {
  for (const Meaning& each : known)
    if (text.find(each.sign) != std::string_view::npos) return &each;
  return nullptr;
}

Meaning of_status(std::int64_t status) {
  if (status == 401 || status == 403)
    return {.sign = {}, .kind = ErrorKind::auth_required, .hint = login_hint};
  ErrorKind kind = ErrorKind::backend_failed;
  if (status == 404) kind = ErrorKind::model_unavailable;
  if (status == 429) kind = ErrorKind::rate_limited;
  if (status >= 500) kind = ErrorKind::overloaded;
  return {.sign = {}, .kind = kind};
}

/// What the CLI says of it to a person.
std::string words_of(json::View result) {
  std::string words = text_in(result, "result");
  for (const json::View each : result.find("errors").elements()) {
    const std::string text = each.string().value_or(std::string());
    // Notes of the CLI to its makers.
    if (text.empty() || text.starts_with("[ede_diagnostic]")) continue;
    words.append(words.empty() ? "" : "; ").append(text);
  }
  return words;
}

Meaning meaning_of(json::View result, std::string_view words) {
  const std::string reason = text_in(result, "terminal_reason");
  if (const Meaning* const known = meaning_in(reasons, reason)) return *known;
  const Meaning* const said = meaning_in(sentences, words);
  const auto status = result.find("api_error_status").integer();
  // A limit of the account and one of the moment have one status.
  if (said != nullptr && (!status || said->kind == ErrorKind::usage_limit)) return *said;
  if (status) return of_status(*status);
  // An error of the API that has no status is of one that was not reached.
  return {.sign = {},
          .kind = reason == "api_error" ? ErrorKind::connection_failed : ErrorKind::backend_failed};
}

Error error_of(const Meaning& meaning, std::string message) {
  Error error(meaning.kind, std::move(message));
  error.hint = meaning.hint;
  error.retryable = meaning.retryable;
  return error;
}

bool was_interrupted(json::View result) {
  const json::View reason = result.find("terminal_reason");
  return reason.equals("aborted_streaming") || reason.equals("aborted_tools");
}

bool had_all_its_requests(json::View result) {
  return result.find("terminal_reason").equals("max_turns") ||
         result.find("subtype").equals("error_max_turns");
}

bool had_all_its_tokens(json::View result) {
  return result.find("stop_reason").equals("max_tokens") ||
         result.find("api_error").equals("max_output_tokens");
}

bool was_refused(json::View result) { return result.find("stop_reason").equals("refusal"); }

}  // namespace

bool is_stop_of_model(json::View result) {
  return had_all_its_tokens(result) || was_refused(result);
}

std::optional<Error> error_of_result(json::View result) {
  if (!result.find("is_error").boolean().value_or(false)) return std::nullopt;
  if (was_interrupted(result) || had_all_its_requests(result)) return std::nullopt;
  if (is_stop_of_model(result)) return std::nullopt;
  const std::string words = words_of(result);
  return error_of(meaning_of(result, words),
                  "Claude Code: " + (words.empty() ? std::string("the turn failed") : words));
}

v1::StopReason stop_of_result(json::View result) {
  if (was_interrupted(result)) return v1::StopReason::cancelled;
  if (had_all_its_requests(result)) return v1::StopReason::max_turn_requests;
  if (had_all_its_tokens(result)) return v1::StopReason::max_tokens;
  if (was_refused(result)) return v1::StopReason::refusal;
  return v1::StopReason::end_turn;
}

void explain_end(Error& error, std::string_view said) {
  if (const Meaning* const known = meaning_in(sentences, said))
    error = error_of(*known, std::move(error.message));
}

Error not_let_in() {
  return Error(ErrorKind::auth_required, "Claude Code: the service refuses its login or key")
      .with_hint(std::string(login_hint));
}

std::optional<std::int64_t> limited_until_of(json::View rate_limit_info) {
  if (!rate_limit_info.find("status").equals("rejected")) return std::nullopt;
  return rate_limit_info.find("resetsAt").integer();
}

}  // namespace tine::executor::claude
