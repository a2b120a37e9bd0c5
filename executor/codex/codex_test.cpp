#include "executor/codex/codex.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"
#include "tests/guarded/program.h"

using namespace tine;
using namespace tine::executor::codex;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using tine::test::StillWorld;
using transport::Task;

namespace {

/// Codex in the words of a shell: it answers everything alike, and notes each of its starts.
struct Playing {
  Playing() {
    std::string name =
        (std::filesystem::temp_directory_path() / "tine-codex-starts-XXXXXX").native();
    const int file = ::mkstemp(name.data());
    REQUIRE(file >= 0);
    ::close(file);
    starts = name;
    setup.name = "codex";
    setup.command = {
        "/bin/sh", "-c",
        "echo start >> " + name +
            "\n"
            "while read -r line; do\n"
            "  case $line in *'\"id\":'*) ;; *) continue ;; esac\n"
            "  case $line in *'turn/interrupt'*) continue ;; *'thread/unsubscribe'*)\n"
            "    echo unsubscribed >> " +
            name +
            " ;; esac\n"
            "  id=${line#*\\\"id\\\":}; id=${id%%,*}; id=${id%%\\}*}\n"
            "  echo '{\"id\":'$id',\"result\":{\"userAgent\":\"tine/0.170.0 (x)\","
            "\"thread\":{\"id\":\"T\"},\"model\":\"m\",\"account\":{\"type\":\"x\"}}}'\n"
            "  case $line in *'turn/start'*)\n"
            "    echo '{\"method\":\"item/agentMessage/delta\",\"params\":{\"threadId\":\"T\","
            "\"itemId\":\"a\",\"delta\":\"x\"}}' ;; esac\n"
            "done"};
    setup.environment = {"PATH=/usr/bin:/bin"};
    setup.guardian = tine::test::guarded_program();
    setup.patience.interrupt = transport::Milliseconds(50);
  }
  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;
  ~Playing() { std::filesystem::remove(starts); }

  std::size_t started() const { return noted("start"); }
  std::size_t noted(const std::string& what) const {
    std::ifstream file(starts);
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += line == what ? 1 : 0;
    return count;
  }

  std::filesystem::path starts;
  transport::Loop loop;
  transport::Worker worker{loop};
  StillWorld world;
  Redactor redactor{Redactor::Key{}};
  Setup setup;
};

}  // namespace

TEST_CASE("a conversation that goes without being closed gives its process back") {
  Playing playing;
  Codex codex(playing.loop, playing.worker, playing.world, playing.world.log, playing.redactor,
              playing.setup);
  run(playing.loop, [&]() -> Task<void> {
    executor::ConversationSpec spec;
    spec.workspace.cwd = "/";
    auto conversation = co_await codex.start(std::move(spec));
    REQUIRE(conversation);
    CHECK(playing.started() == 1);
    conversation->reset();
    while (playing.noted("unsubscribed") == 0) co_await transport::yield(playing.loop);
    // The last use of the process ends it.
    const auto first = co_await codex.doctor();
    CHECK(first.usable);
    CHECK(playing.started() == 1);
    const auto second = co_await codex.doctor();
    CHECK(second.usable);
    CHECK(playing.started() == 2);
  });
}

namespace {

/// A conversation whose turn has begun and goes on until it is ended.
struct InTurn : Playing {
  InTurn() : codex(loop, worker, world, world.log, redactor, setup), client(loop), over(loop) {}

  Task<void> begin() {
    executor::ConversationSpec spec;
    spec.workspace.cwd = "/";
    auto made = co_await codex.start(std::move(spec));
    REQUIRE(made);
    conversation = std::move(*made);
    transport::test::start(loop, [this]() -> Task<void> {
      std::vector<v1::ContentBlock> words{v1::text_block("hello")};
      outcome = co_await conversation->prompt(std::move(words), client, cancel);
      over.set();
    });
    while (client.updates.empty()) co_await transport::yield(loop);
  }

  Codex codex;
  AnsweringClient client;
  transport::CancelSource cancel;
  transport::Event over;
  std::unique_ptr<executor::Conversation> conversation;
  executor::TurnOutcome outcome;
};

}  // namespace

TEST_CASE("a conversation that is closed in its turn ends that, and waits for no answer") {
  InTurn in_turn;
  run(in_turn.loop, [&]() -> Task<void> {
    co_await in_turn.begin();
    co_await in_turn.conversation->close();
    co_await in_turn.over.wait();
    CHECK(in_turn.outcome.stop == v1::StopReason::cancelled);
    CHECK(in_turn.noted("unsubscribed") == 0);
  });
}

TEST_CASE("an app-server that does not end a cancelled turn is not asked to leave its thread") {
  InTurn in_turn;
  run(in_turn.loop, [&]() -> Task<void> {
    co_await in_turn.begin();
    in_turn.cancel.cancel();
    co_await in_turn.over.wait();
    REQUIRE_FALSE(in_turn.outcome.stop);
    CHECK(in_turn.outcome.stop.error().kind == ErrorKind::timeout);
    co_await in_turn.conversation->close();
    CHECK(in_turn.noted("unsubscribed") == 0);
  });
}
