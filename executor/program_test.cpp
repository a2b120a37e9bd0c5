#include "executor/program.h"

#include "executor/claude/program.h"
#include "executor/codex/program.h"
#include "executor/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

namespace {

constexpr Program drill{.name = "Drill",
                        .process = "drill serve",
                        .oldest = "1.20.3",
                        .newest = "1.30.0",
                        .install_hint = "install it",
                        .update_hint = "update it",
                        .login_command = "drill login",
                        .login_hint = "log in to it"};

}  // namespace

TEST_CASE("a program that is not there is to be installed, any other fault stays as it is") {
  const Error missing = error_of_start(drill, Error(ErrorKind::backend_not_installed, "no drill"));
  CHECK(missing.message == "no drill");
  CHECK(missing.hint == "install it");
  CHECK(error_of_start(drill, Error(ErrorKind::backend_failed, "x").with_hint("y")).hint == "y");
}

TEST_CASE("a version is compared number by number") {
  CHECK(check_version(drill, "1.20.3"));
  CHECK(check_version(drill, "1.20.10"));
  CHECK(check_version(drill, "1.100.0-beta.1"));
  CHECK(check_version(drill, "2"));
  CHECK_FALSE(check_version(drill, "1.20.2"));
  CHECK_FALSE(check_version(drill, "1.3.99"));
  CHECK_FALSE(check_version(drill, "0.99.99"));
  const auto old = check_version(drill, "1.19.0");
  REQUIRE_FALSE(old);
  CHECK(old.error().kind == ErrorKind::backend_too_old);
  CHECK(old.error().message == "this is Drill 1.19.0; tine needs 1.20.3 or later");
  CHECK(old.error().hint == "update it");
  const auto none = check_version(drill, "");
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "this is Drill of an old version; tine needs 1.20.3 or later");
}

TEST_CASE("a version that is newer than those that were tested is noted, and not refused") {
  CHECK(note_of_version(drill, "1.20.3").empty());
  CHECK(note_of_version(drill, "1.30.0").empty());
  CHECK(note_of_version(drill, "").empty());
  CHECK(note_of_version(drill, "1.30.1") ==
        "this is Drill 1.30.1, newer than 1.30.0, the newest that tine was tested with");
  CHECK(check_version(drill, "1.30.1"));
}

TEST_CASE("the error of an end quotes the last output, up to a limit") {
  const auto said = [](std::string_view text) {
    const Error error = error_of_end(drill, "exit code 1", text);
    CHECK(error.kind == ErrorKind::backend_gone);
    return error.message;
  };
  CHECK(said("") == "drill serve has ended: exit code 1");
  CHECK(said("so it is\n\n") == "drill serve has ended: exit code 1; it said: so it is");
  const std::string most(executor::limits::told_stderr, 'x');
  CHECK(said(most).ends_with(": " + most));
  CHECK(said("y" + most).ends_with(": " + most));
  CHECK(said(most.substr(1)).ends_with(": " + most.substr(1)));
}

TEST_CASE("a login is offered as it is and in a terminal, and nothing else") {
  const auto methods = login_methods(drill, "mine");
  REQUIRE(methods.size() == 2);
  CHECK(methods[0].id == "mine-login");
  CHECK(methods[0].name == "Drill (mine)'s own login");
  CHECK(methods[0].description == "log in to it");
  CHECK(methods[1].type == v1::AuthMethod::Type::terminal);
  CHECK(methods[1].description == "Runs `drill login` in a terminal.");
  CHECK(methods[1].args == std::vector<std::string>{"--login", "mine"});
  for (const v1::AuthMethod& each : methods) CHECK(check_login_method("mine", each.id));
  const auto other = check_login_method("mine", "drill-login");
  REQUIRE_FALSE(other);
  CHECK(other.error().kind == ErrorKind::invalid_params);
}

TEST_CASE("nobody is let in who is not logged in") {
  CHECK(let_in(drill, {.good = true, .text = "as x"}));
  const auto refused = let_in(drill, {.good = false, .text = "nobody is logged in"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::auth_required);
  CHECK(refused.error().message == "Drill: nobody is logged in");
  CHECK(refused.error().hint == "log in to it");
  DoctorReport found;
  report(found, {.good = true, .text = "as x"}, "it answers");
  CHECK(found.usable);
  CHECK(found.summary == "it answers");
  CHECK(found.login == "as x");
  report(found, {.good = false, .text = "no"}, "it answers");
  CHECK_FALSE(found.usable);
  CHECK(found.summary == "log in first");
}

TEST_CASE("the login methods of the backends have the names that clients know") {
  CHECK(login_methods(codex::program, "codex").back().id == "codex-login-terminal");
  CHECK(login_methods(codex::program, "codex").back().name == "Log in to Codex");
  CHECK(login_methods(claude::program, "claude").back().id == "claude-login-terminal");
  CHECK(login_methods(claude::program, "claude").back().name == "Log in to Claude Code");
}
