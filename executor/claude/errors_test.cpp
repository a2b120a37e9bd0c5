#include "executor/claude/errors.h"

#include "executor/claude/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;

namespace {

Error error_in(const std::string& members) {
  const std::string text = R"({"type":"result","is_error":true,)" + members + "}";
  const auto error = error_of_result(json::View(text));
  REQUIRE(error);
  return *error;
}

Error of_status(const std::string& status, const std::string& words = "API Error: no") {
  return error_in(R"("subtype":"success","terminal_reason":"api_error","api_error_status":)" +
                  status + R"(,"result":")" + words + "\"");
}

}  // namespace

TEST_CASE("whether a turn failed is told by nothing but is_error") {
  CHECK_FALSE(error_of_result(json::View(
      R"({"subtype":"success","is_error":false,"result":"x","api_error_status":null})")));
  CHECK_FALSE(error_of_result(json::View(R"({"subtype":"error_during_execution"})")));
  const Error error = of_status("500", "API Error: 500 no luck");
  CHECK(error.kind == ErrorKind::overloaded);
  CHECK(error.message == "Claude Code: API Error: 500 no luck");
}

TEST_CASE("the status that the API gave decides the kind of the error") {
  CHECK(of_status("401").kind == ErrorKind::auth_required);
  CHECK_FALSE(of_status("401").hint.empty());
  CHECK(of_status("403").kind == ErrorKind::auth_required);
  CHECK(of_status("404").kind == ErrorKind::model_unavailable);
  CHECK(of_status("429").kind == ErrorKind::rate_limited);
  CHECK(of_status("529").kind == ErrorKind::overloaded);
  CHECK(of_status("400").kind == ErrorKind::backend_failed);
  CHECK(of_status("null").kind == ErrorKind::connection_failed);
}

TEST_CASE("a limit of the account is another one than that of the moment") {
  CHECK(of_status("429", "You've hit your session limit · resets 3pm").kind ==
        ErrorKind::usage_limit);
  CHECK(of_status("400", "Credit balance is too low").kind == ErrorKind::usage_limit);
  // A model may be called as it likes.
  CHECK(of_status("404", "model 'Not logged in' is not there").kind ==
        ErrorKind::model_unavailable);
}

TEST_CASE("a reason that says all goes before a status") {
  const auto reason = [](const std::string& name) {
    return error_in(R"("api_error_status":400,"result":"m","terminal_reason":")" + name + "\"");
  };
  CHECK(reason("prompt_too_long").kind == ErrorKind::context_exceeded);
  CHECK(reason("blocking_limit").kind == ErrorKind::context_exceeded);
  CHECK(reason("rapid_refill_breaker").kind == ErrorKind::context_exceeded);
  CHECK(reason("model_error").kind == ErrorKind::backend_failed);
  const Error budget =
      error_in(R"x("subtype":"error_max_budget_usd","errors":["Reached maximum budget ($0.1)"])x");
  CHECK(budget.kind == ErrorKind::usage_limit);
  CHECK(budget.retryable == false);
  CHECK(reason("budget_exhausted").kind == ErrorKind::usage_limit);
}

TEST_CASE("what has no field is known by its sentence") {
  const auto words = [](const std::string& text) {
    return error_in(R"("subtype":"error_during_execution","errors":["[ede_diagnostic] x",")" +
                    text + "\"]");
  };
  const Error lost = words("No conversation found with session ID: U");
  CHECK(lost.kind == ErrorKind::conversation_lost);
  CHECK(lost.message == "Claude Code: No conversation found with session ID: U");
  CHECK(words("Not logged in · Please run /login").kind == ErrorKind::auth_required);
  CHECK(words("something new").kind == ErrorKind::backend_failed);
  CHECK(error_in(R"("errors":["[ede_diagnostic] x"])").message == "Claude Code: the turn failed");
}

TEST_CASE("an end for which there is a stop reason is no error") {
  const auto stop = [](const std::string& members) {
    const std::string text = "{" + members + "}";
    CHECK_FALSE(error_of_result(json::View(text)));
    return stop_of_result(json::View(text));
  };
  CHECK(stop(R"("is_error":false,"stop_reason":"end_turn","terminal_reason":"completed")") ==
        v1::StopReason::end_turn);
  CHECK(stop(R"("is_error":false,"stop_reason":"max_tokens")") == v1::StopReason::max_tokens);
  CHECK(stop(R"("is_error":false,"stop_reason":"refusal")") == v1::StopReason::refusal);
  CHECK(stop(R"("is_error":true,"terminal_reason":"api_error","stop_reason":"refusal")") ==
        v1::StopReason::refusal);
  CHECK(stop(R"("is_error":true,"terminal_reason":"api_error","stop_reason":"stop_sequence",)"
             R"("api_error":"max_output_tokens")") == v1::StopReason::max_tokens);
  CHECK(stop(R"("is_error":true,"subtype":"error_max_turns","terminal_reason":"max_turns")") ==
        v1::StopReason::max_turn_requests);
  CHECK(stop(R"("is_error":true,"terminal_reason":"aborted_streaming","stop_reason":null)") ==
        v1::StopReason::cancelled);
  CHECK(stop(R"("is_error":true,"terminal_reason":"aborted_tools")") == v1::StopReason::cancelled);
}

TEST_CASE("a process that ends tells why on stderr") {
  const auto exit = [](std::string_view said) {
    Error error(ErrorKind::backend_gone, "it has ended");
    explain_end(error, said);
    CHECK(error.message == "it has ended");
    return error;
  };
  const Error lost = exit("No conversation found with session ID: U\n");
  CHECK(lost.kind == ErrorKind::conversation_lost);
  const Error cut = exit("No message found with message.uuid of: U");
  CHECK(cut.kind == ErrorKind::conversation_lost);
  CHECK(cut.hint.find("compacted") != std::string::npos);
  CHECK(exit("Error: Session ID U is already in use.").kind == ErrorKind::session_locked);
  CHECK(exit("error: unknown option '--x'").kind == ErrorKind::backend_too_old);
  CHECK(exit("").kind == ErrorKind::backend_gone);
}

TEST_CASE("an account is limited until its limit begins anew") {
  const auto until = [](std::string_view info) { return limited_until_of(json::View(info)); };
  CHECK(until(R"({"status":"rejected","resetsAt":50,"rateLimitType":"five_hour"})") == 50);
  CHECK_FALSE(until(R"({"status":"allowed_warning","resetsAt":50})"));
  CHECK_FALSE(until(R"({"status":"rejected"})"));
}
