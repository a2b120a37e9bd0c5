#include "executor/codex/turn.h"

#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"

using namespace tine;
using namespace tine::executor::codex;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using tine::test::StillWorld;
using transport::Task;

namespace {

namespace bounds = executor::codex::limits;

struct Playing {
  explicit Playing(bounds::Patience patience = bounds::patience)
      : client(wire.loop), turn(wire.loop, world.log, client, pace, meter, "S", "gpt", patience) {
    wire.handler.request = [this](std::string_view method, json::View params,
                                  transport::Replier replier) {
      turn.on_question(method, params, std::move(replier));
    };
    wire.serve();
  }
  void hear(std::string_view method, std::string_view params) {
    turn.on_notification(method, json::View(params));
  }
  void begin() { hear("turn/started", R"({"turn":{"id":"t1"}})"); }

  Tapped wire;
  StillWorld world;
  AnsweringClient client;
  std::shared_ptr<transport::Pace> pace = std::make_shared<transport::Pace>(wire.loop);
  Meter meter;
  Turn turn;
};

std::string usage(const std::string& turn, const std::string& total, const std::string& last) {
  return R"({"turnId":")" + turn + R"(","tokenUsage":{"total":)" + total + R"(,"last":)" + last +
         R"(,"modelContextWindow":1000}})";
}

std::string counts(int input, int cached, int output) {
  return R"({"totalTokens":)" + std::to_string(input + output) + R"(,"inputTokens":)" +
         std::to_string(input) + R"(,"cachedInputTokens":)" + std::to_string(cached) +
         R"(,"outputTokens":)" + std::to_string(output) + "}";
}

}  // namespace

TEST_CASE("usage is summed over the calls of this turn, and of no other") {
  Playing playing;
  const auto tell = [&playing](const std::string& turn, const std::string& total,
                               const std::string& last) {
    playing.hear("thread/tokenUsage/updated", usage(turn, total, last));
  };
  tell("t0", counts(50, 0, 5), counts(50, 0, 5));
  playing.begin();
  tell("t1", counts(150, 60, 15), counts(100, 60, 10));
  tell("t1", counts(350, 160, 25), counts(200, 100, 10));
  const executor::TurnUsage& cost = playing.turn.outcome().usage;
  CHECK(cost.tokens.input == 140);
  CHECK(cost.tokens.cache_read == 160);
  CHECK(cost.tokens.output == 20);
  CHECK(cost.first_call.cache_read == 60);
  CHECK(cost.last_prompt == 200);
  CHECK(cost.last_answer == 10);
  REQUIRE(cost.context);
  CHECK(cost.context->used == 210);
  CHECK(cost.context->size == 1000);
  CHECK(cost.models.front().model == "gpt");
  CHECK(nlohmann::json::parse(cost.raw)["calls"].size() == 2);
}

TEST_CASE("what a subagent spends is the turn's, of a model without a name") {
  Playing playing;
  playing.begin();
  playing.hear("thread/tokenUsage/updated", usage("t1", counts(100, 60, 10), counts(100, 60, 10)));
  executor::Tokens spent;
  spent.input = 7;
  playing.turn.add_subagent_call(spent, json::View(R"({"inputTokens":7})"));
  const executor::TurnUsage& cost = playing.turn.outcome().usage;
  CHECK(cost.tokens.input == 47);
  CHECK(cost.last_prompt == 100);
  REQUIRE(cost.models.size() == 2);
  CHECK(cost.models.front().tokens.input == 40);
  CHECK(cost.models.back().model.empty());
  CHECK(cost.models.back().tokens == spent);
}

TEST_CASE("what the model has read is not what comes next once it was compacted") {
  Playing playing;
  playing.begin();
  playing.hear("item/started", R"({"item":{"type":"contextCompaction","id":"c"}})");
  playing.hear("thread/tokenUsage/updated", usage("t1", counts(50, 0, 5), counts(50, 0, 5)));
  playing.hear("thread/tokenUsage/updated", usage("t1", counts(90, 0, 9), counts(40, 0, 4)));
  CHECK(playing.turn.outcome().usage.last_prompt == 40);
  playing.hear("item/completed", R"({"item":{"type":"contextCompaction","id":"c"}})");
  CHECK_FALSE(playing.turn.outcome().usage.last_prompt);
}

TEST_CASE("a turn ends as Codex says") {
  const auto end = [](const std::string& turn) {
    Playing playing;
    playing.begin();
    playing.hear("turn/completed", R"({"turn":)" + turn + "}");
    return playing.turn.outcome();
  };
  CHECK(end(R"({"id":"t1","status":"completed"})").stop == v1::StopReason::end_turn);
  CHECK(end(R"({"id":"t1","status":"interrupted"})").stop == v1::StopReason::cancelled);
  const auto failed =
      end(R"({"id":"t1","status":"failed","error":{"codexErrorInfo":"usageLimitExceeded"}})");
  CHECK(failed.stop.error().kind == ErrorKind::usage_limit);
  CHECK(failed.provider_turn == "t1");
}

TEST_CASE("what is not known is passed over") {
  Playing playing;
  playing.begin();
  playing.hear("item/somethingNew", "{}");
  playing.hear("item/started", R"({"item":{"type":"somethingNew","id":"x"}})");
  playing.hear("item/completed", "{}");
  CHECK(playing.client.updates.empty());
}

TEST_CASE("a turn that is silent for too long is not waited for") {
  const bounds::Patience little{
      .first_response = transport::Milliseconds(1), .idle = hung, .interrupt = hung};
  Playing playing(little);
  run(playing.wire.loop, [&]() -> Task<void> {
    playing.begin();
    const bool ended = co_await playing.turn.ended();
    CHECK_FALSE(ended);
  });
}

TEST_CASE("once the model was heard the limit of silence is another one") {
  const bounds::Patience little{
      .first_response = hung, .idle = transport::Milliseconds(1), .interrupt = hung};
  Playing playing(little);
  run(playing.wire.loop, [&]() -> Task<void> {
    playing.begin();
    const auto say_later = [&]() -> Task<void> {
      co_await transport::yield(playing.wire.loop);
      playing.hear("item/agentMessage/delta", R"({"itemId":"a","delta":"x"})");
    };
    start(playing.wire.loop, say_later);
    const bool ended = co_await playing.turn.ended();
    CHECK_FALSE(ended);
  });
}

TEST_CASE("while a question is open a turn may be silent, and its end takes the question back") {
  const bounds::Patience little{.first_response = transport::Milliseconds(1),
                                .idle = transport::Milliseconds(1),
                                .interrupt = hung};
  Playing playing(little);
  run(playing.wire.loop, [&]() -> Task<void> {
    playing.begin();
    co_await playing.wire.tap.send(
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"item/fileChange/requestApproval\","
        "\"params\":{\"itemId\":\"f\"}}\n");
    while (playing.client.asked.empty()) co_await transport::yield(playing.wire.loop);
    const auto end_later = [&]() -> Task<void> {
      co_await transport::pause(playing.wire.loop, transport::Milliseconds(20));
      playing.hear("turn/completed", R"({"turn":{"id":"t1","status":"interrupted"}})");
    };
    start(playing.wire.loop, end_later);
    const bool ended = co_await playing.turn.ended();
    CHECK(ended);
    co_await playing.turn.close();
    const std::string answer = co_await playing.wire.tap.line();
    CHECK(nlohmann::json::parse(answer)["result"]["decision"] == "cancel");
  });
}

TEST_CASE("a question that Codex takes back is no longer open") {
  Playing playing;
  run(playing.wire.loop, [&]() -> Task<void> {
    playing.begin();
    co_await playing.wire.tap.send(
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"item/fileChange/requestApproval\","
        "\"params\":{\"itemId\":\"f\"}}\n");
    while (playing.client.asked.empty()) co_await transport::yield(playing.wire.loop);
    playing.hear("serverRequest/resolved", R"({"requestId":7})");
    const std::string answer = co_await playing.wire.tap.line();
    CHECK(nlohmann::json::parse(answer)["id"] == 7);
  });
}

TEST_CASE("a client that does not keep up holds back what is heard, until it does") {
  Playing playing;
  run(playing.wire.loop, [&]() -> Task<void> {
    playing.begin();
    playing.client.roomy.reset();
    playing.hear("item/agentMessage/delta", R"({"itemId":"a","delta":"x"})");
    playing.hear("item/agentMessage/delta", R"({"itemId":"a","delta":"y"})");
    CHECK(playing.pace->is_held());
    playing.client.roomy.set();
    co_await playing.turn.close();
    CHECK_FALSE(playing.pace->is_held());
  });
}
