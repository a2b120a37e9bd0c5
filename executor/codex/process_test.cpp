#include "executor/codex/process.h"

#include "executor/codex/limits.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"
#include "tests/guarded/program.h"

using namespace tine;
using namespace tine::executor::codex;
using namespace tine::transport::test;
using tine::test::StillWorld;
using transport::Task;

namespace {

namespace bounds = executor::codex::limits;

/// An app-server in the words of a shell, which gets the id of the first request as $id.
tine::executor::BackendSpec acting(const std::string& script) {
  tine::executor::BackendSpec spec;
  spec.command = {"/bin/sh", "-c",
                  "read line; id=${line#*\\\"id\\\":}; id=${id%%,*}; id=${id%%\\}*}\n" + script};
  spec.guardian = tine::test::guarded_program();
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

std::string greeting(const std::string& version) {
  return "echo '{\"id\":'$id',\"result\":{\"userAgent\":\"tine/" + version + " (x)\"}}'\n";
}

struct Heard final : ThreadListener {
  void on_notification(std::string_view method, json::View) override { note(method); }
  void on_question(std::string_view method, json::View, transport::Replier replier) override {
    replier.result("{}");
    note(method);
  }
  void on_gone(const Error& error) override {
    why = error;
    gone->set();
  }
  void note(std::string_view method) {
    methods.emplace_back(method);
    if (notified && (awaited.empty() || awaited == method)) notified->set();
  }
  std::vector<std::string> methods;
  std::string awaited;  // empty: any
  std::optional<Error> why;
  transport::Event* notified = nullptr;
  transport::Event* gone = nullptr;
};

struct Starting {
  Task<Result<std::shared_ptr<Process>>> start(std::string script) {
    co_return co_await Process::start(loop, world.log, redactor, acting(script));
  }
  transport::Loop loop;
  StillWorld world;
  Redactor redactor{Redactor::Key{}};
};

}  // namespace

TEST_CASE("an app-server is greeted, heard by thread, and ends when it is stopped") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    auto server = co_await starting.start(
        greeting("0.170.1") +
        "read line\n"
        "echo '{\"method\":\"thread/x\",\"params\":{\"threadId\":\"other\"}}'\n"
        "read go\n"
        "echo '{\"method\":\"thread/y\",\"params\":{\"threadId\":\"T\"},\"emittedAtMs\":1}'\n"
        "while read line; do :; done");
    REQUIRE(server);
    CHECK((*server)->version() == "0.170.1");
    transport::Event notified(starting.loop);
    Heard heard;
    heard.notified = &notified;
    (*server)->attach("T", heard);
    const auto call = [server = *server]() -> Task<void> {
      co_await server->call("go", "{}", bounds::call);
    };
    start(starting.loop, call);
    co_await notified.wait();
    CHECK(heard.methods == std::vector<std::string>{"thread/y"});
    (*server)->detach("T", heard);
    co_await (*server)->stop();
    CHECK((*server)->gone());
  });
}

TEST_CASE("an app-server that is too old is refused with its version") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    const auto server = co_await starting.start(greeting("0.168.9") + "cat >/dev/null");
    REQUIRE_FALSE(server);
    CHECK(server.error().kind == ErrorKind::backend_too_old);
    CHECK(server.error().message.find("0.168.9") != std::string::npos);
  });
}

TEST_CASE("an app-server that goes tells its listeners why, secrets taken out") {
  Starting starting;
  const KnownSecret secret = starting.redactor.know("hunter2hunter2", "test");
  run(starting.loop, [&]() -> Task<void> {
    auto server = co_await starting.start(
        greeting("0.169.0") + "read line; echo 'bad key hunter2hunter2' >&2; read go; exit 3");
    REQUIRE(server);
    transport::Event gone(starting.loop);
    Heard heard;
    heard.gone = &gone;
    (*server)->attach("T", heard);
    const auto answer = co_await (*server)->call("go", "{}", bounds::call);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::backend_gone);
    co_await gone.wait();
    REQUIRE(heard.why);
    CHECK(heard.why->kind == ErrorKind::backend_gone);
    CHECK(heard.why->message.find("exit code 3") != std::string::npos);
    CHECK(heard.why->message.find("bad key") != std::string::npos);
    CHECK(heard.why->message.find("hunter2") == std::string::npos);
  });
}

TEST_CASE("a thread that another has started asks through it, and a stranger is refused") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    auto server = co_await starting.start(
        greeting("0.169.0") +
        "read line; read go\n"
        "echo '{\"method\":\"thread/started\",\"params\":{\"thread\":{\"id\":\"C\","
        "\"parentThreadId\":\"T\"}}}'\n"
        "echo '{\"method\":\"ask\",\"id\":1,\"params\":{\"threadId\":\"stranger\"}}'\n"
        "echo '{\"method\":\"ask\",\"id\":2,\"params\":{\"threadId\":\"C\"}}'\n"
        "read first; read second; case $first in *error*) ;; *) exit 1;; esac\n"
        "case $second in *error*) exit 1;; esac; cat >/dev/null");
    REQUIRE(server);
    transport::Event notified(starting.loop);
    Heard heard;
    heard.notified = &notified;
    (*server)->attach("T", heard);
    const auto call = [server = *server]() -> Task<void> {
      co_await server->call("go", "{}", bounds::call);
    };
    start(starting.loop, call);
    co_await notified.wait();
    CHECK(heard.methods == std::vector<std::string>{"ask"});
    (*server)->detach("T", heard);
    co_await (*server)->stop();
  });
}

TEST_CASE("a thread is known by the turn that its own works for, and told what it has asked") {
  Starting starting;
  run(starting.loop, [&]() -> Task<void> {
    auto server = co_await starting.start(
        greeting("0.169.0") +
        "read line; read go\n"
        "turn() { echo '{\"method\":\"turn/started\",\"params\":{\"threadId\":\"'$1'\",\"turn\":"
        "{\"id\":\"'$2'\",\"rootTurnId\":\"t1\"}}}'; }\n"
        "turn T t1; turn C t2\n"
        "echo '{\"method\":\"serverRequest/resolved\",\"params\":{\"threadId\":\"C\"}}'\n"
        "echo '{\"method\":\"ask\",\"id\":2,\"params\":{\"threadId\":\"C\"}}'\n"
        "cat >/dev/null");
    REQUIRE(server);
    transport::Event notified(starting.loop);
    Heard heard;
    heard.awaited = "ask";
    heard.notified = &notified;
    (*server)->attach("T", heard);
    const auto call = [server = *server]() -> Task<void> {
      co_await server->call("go", "{}", bounds::call);
    };
    start(starting.loop, call);
    co_await notified.wait();
    CHECK(heard.methods ==
          std::vector<std::string>{"turn/started", "serverRequest/resolved", "ask"});
    (*server)->detach("T", heard);
    co_await (*server)->stop();
  });
}

TEST_CASE("what app-server answers to a call is told without secrets") {
  Starting starting;
  const KnownSecret secret = starting.redactor.know("hunter2hunter2", "test");
  run(starting.loop, [&]() -> Task<void> {
    auto server = co_await starting.start(
        greeting("0.169.0") +
        "read line; read line; id=${line#*\\\"id\\\":}; id=${id%%,*}\n"
        "echo '{\"error\":{\"code\":-32600,\"message\":\"no: hunter2hunter2\"},\"id\":'$id'}'\n"
        "cat >/dev/null");
    REQUIRE(server);
    const auto answer = co_await (*server)->call("go", "{}", bounds::call);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message.starts_with("Codex refuses go: no: "));
    CHECK(answer.error().message.find("hunter2") == std::string::npos);
    co_await (*server)->stop();
  });
}
