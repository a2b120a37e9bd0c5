#include "executor/claude/process.h"

#include "executor/claude/limits.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"
#include "tests/guarded/program.h"

using namespace tine;
using namespace tine::executor::claude;
using namespace tine::transport::test;
using tine::test::StillWorld;
using transport::Task;

namespace {

/// A `claude` in the words of a shell, which answers the greeting before the rest of `script`.
tine::executor::BackendSpec acting(const std::string& version, const std::string& script) {
  tine::executor::BackendSpec spec;
  spec.command = {"/bin/sh", "-c",
                  "read line\necho '{\"type\":\"control_response\",\"response\":{\"subtype\":"
                  "\"success\",\"request_id\":\"tine-1\",\"response\":{\"claude_code_version\":\"" +
                      version + "\"}}}'\n" + script};
  spec.guardian = tine::test::guarded_program();
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

struct Starting {
  Task<Result<std::shared_ptr<Process>>> start(std::string version, std::string script) {
    auto process = co_await Process::start(loop, world.log, redactor, acting(version, script));
    if (!process) co_return process;
    auto greeted = co_await (*process)->greet(R"({"subtype":"initialize"})");
    if (!greeted) co_return tine::fail(std::move(greeted.error()));
    co_return process;
  }
  transport::Loop loop;
  StillWorld world;
  Redactor redactor{Redactor::Key{}};
};

}  // namespace

TEST_CASE("a process of Claude Code is greeted, and ends when it is stopped") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    auto process = co_await starting.start("2.2.0", "while read line; do :; done");
    REQUIRE(process);
    CHECK((*process)->version() == "2.2.0");
    co_await (*process)->stop();
  });
}

TEST_CASE("a process of an old version is not talked to") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    const auto process = co_await starting.start("2.1.9", "while read line; do :; done");
    REQUIRE_FALSE(process);
    CHECK(process.error().kind == ErrorKind::backend_too_old);
  });
}

TEST_CASE("who asks a process that has ended is told how it did") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    auto process = co_await starting.start("2.1.328", "echo so it is >&2; exit 3");
    REQUIRE(process);
    co_await (*process)->ended();
    const auto answer =
        co_await (*process)->control(R"({"subtype":"x"})", tine::executor::claude::limits::control);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::backend_gone);
    CHECK(answer.error().message.find("exit code 3") != std::string::npos);
    CHECK(answer.error().message.find("so it is") != std::string::npos);
  });
}
