#include "executor/codex/errors.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::codex;

namespace {

ErrorKind kind_of(const std::string& info) {
  return error_of_turn(json::View(R"({"message":"m","codexErrorInfo":)" + info + "}")).kind;
}

}  // namespace

TEST_CASE("what Codex says of a failed turn decides the kind of the error") {
  CHECK(kind_of("\"contextWindowExceeded\"") == ErrorKind::context_exceeded);
  CHECK(kind_of("\"usageLimitExceeded\"") == ErrorKind::usage_limit);
  CHECK(kind_of("\"rateLimitExceeded\"") == ErrorKind::rate_limited);
  CHECK(kind_of("\"serverOverloaded\"") == ErrorKind::overloaded);
  CHECK(kind_of("\"modelNotFound\"") == ErrorKind::model_unavailable);
  CHECK(kind_of("\"unauthorized\"") == ErrorKind::auth_required);
  CHECK(kind_of("\"other\"") == ErrorKind::backend_failed);
  CHECK(kind_of("\"somethingNew\"") == ErrorKind::backend_failed);
  CHECK(kind_of("null") == ErrorKind::backend_failed);
  const auto status = [](const std::string& code) {
    return kind_of(R"({"httpConnectionFailed":{"httpStatusCode":)" + code + "}}");
  };
  CHECK(status("401") == ErrorKind::auth_required);
  CHECK(status("403") == ErrorKind::auth_required);
  CHECK(status("404") == ErrorKind::model_unavailable);
  CHECK(status("429") == ErrorKind::rate_limited);
  CHECK(status("503") == ErrorKind::overloaded);
  CHECK(status("400") == ErrorKind::backend_failed);
  CHECK(status("null") == ErrorKind::connection_failed);
}

TEST_CASE("an error of a turn tells what Codex told") {
  const Error error = error_of_turn(json::View(
      R"({"message":"too long","codexErrorInfo":"contextWindowExceeded","additionalDetails":"300 K"})"));
  CHECK(error.message == "Codex: too long (300 K)");
  CHECK(error_of_turn(json::View("{}")).message == "Codex: the turn failed");
}

TEST_CASE("an error of a call names the call, and keeps no code of Codex's") {
  Error refused(ErrorKind::invalid_request, "no rollout found");
  refused.code = -32600;
  const Error error = error_of_call("thread/resume", refused);
  CHECK(error.message == "Codex refuses thread/resume: no rollout found");
  CHECK(error.kind == ErrorKind::backend_failed);
  CHECK_FALSE(error.code);
  const Error held = error_of_call(
      "thread/resume", Error(ErrorKind::invalid_request, "thread T already has an active writer"));
  CHECK(held.kind == ErrorKind::session_locked);
  CHECK(error_of_call("x", Error(ErrorKind::timeout, "")).kind == ErrorKind::timeout);
}

TEST_CASE("an account is limited until the last of its windows that are used up begins anew") {
  const auto until = [](std::string_view limits) { return limited_until_of(json::View(limits)); };
  CHECK(until(R"({"primary":{"usedPercent":100,"resetsAt":50},"secondary":null})") == 50);
  CHECK(until(R"({"primary":{"usedPercent":100,"resetsAt":50},
                  "secondary":{"usedPercent":120,"resetsAt":90}})") == 90);
  CHECK_FALSE(until(R"({"primary":{"usedPercent":99,"resetsAt":50},"secondary":null})"));
  CHECK_FALSE(until(R"({"primary":{"usedPercent":100,"resetsAt":null}})"));
  CHECK_FALSE(until("{}"));
}
