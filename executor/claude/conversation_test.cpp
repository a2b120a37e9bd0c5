#include "executor/claude/claude.h"
#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"
#include "tests/guarded/program.h"

using namespace tine;
using namespace tine::executor::claude;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using tine::test::StillWorld;
using transport::Task;

namespace {

/// Claude Code in the words of a shell: it answers each control request but an interrupt, and says
/// a word to each prompt without ending the turn.
constexpr const char* playing = R"(
while read -r line; do
  case $line in
    *'"subtype":"interrupt"'*) ;;
    *'"request_id":"'*)
      id=${line#*\"request_id\":\"}; id=${id%%\"*}
      echo '{"type":"control_response","response":{"subtype":"success","request_id":"'$id'",'\
'"response":{"claude_code_version":"2.1.328"}}}' ;;
    *'"type":"user"'*)
      echo '{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"x"}]}}' ;;
  esac
done)";

/// A conversation whose turn has begun and goes on until it is ended.
struct InTurn {
  InTurn() : client(loop), over(loop) {
    setup.name = "claude";
    setup.command = {"/bin/sh", "-c", playing};
    setup.environment = {"PATH=/usr/bin:/bin"};
    setup.guardian = tine::test::guarded_program();
  }

  Task<void> begin(Claude& claude) {
    executor::ConversationSpec spec;
    spec.workspace.cwd = "/";
    auto made = co_await claude.start(std::move(spec));
    REQUIRE(made);
    conversation = std::move(*made);
    transport::test::start(loop, [this]() -> Task<void> {
      std::vector<v1::ContentBlock> words{v1::text_block("hello")};
      outcome = co_await conversation->prompt(std::move(words), client, cancel);
      over.set();
    });
    while (client.updates.empty()) co_await transport::yield(loop);
  }

  transport::Loop loop;
  transport::Worker worker{loop};
  StillWorld world;
  Redactor redactor{Redactor::Key{}};
  Setup setup;
  AnsweringClient client;
  transport::CancelSource cancel;
  transport::Event over;
  std::unique_ptr<executor::Conversation> conversation;
  executor::TurnOutcome outcome;
};

}  // namespace

TEST_CASE("a conversation of Claude Code that is closed in its turn ends that, and its process") {
  InTurn it;
  Claude claude(it.loop, it.worker, it.world, it.world.log, it.redactor, it.setup);
  run(it.loop, [&]() -> Task<void> {
    co_await it.begin(claude);
    CHECK(it.conversation->is_live());
    co_await it.conversation->close();
    co_await it.over.wait();
    CHECK(it.outcome.stop == v1::StopReason::cancelled);
    CHECK_FALSE(it.conversation->is_live());
    it.conversation.reset();
  });
}

TEST_CASE("a turn of Claude Code that does not heed its cancel does not hold up the close") {
  InTurn it;
  Claude claude(it.loop, it.worker, it.world, it.world.log, it.redactor, it.setup);
  run(it.loop, [&]() -> Task<void> {
    co_await it.begin(claude);
    it.cancel.cancel();
    co_await transport::yield(it.loop);
    CHECK_FALSE(it.over.is_set());
    co_await it.conversation->close();
    co_await it.over.wait();
    CHECK(it.outcome.stop == v1::StopReason::cancelled);
    CHECK_FALSE(it.conversation->is_live());
    it.conversation.reset();
  });
}
