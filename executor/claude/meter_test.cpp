#include "executor/claude/meter.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;
using Tree = nlohmann::json;

namespace {

Tree counts(int input, int read, int write, int output, double cost) {
  return {
      {"inputTokens", input},   {"cacheReadInputTokens", read}, {"cacheCreationInputTokens", write},
      {"outputTokens", output}, {"thinkingTokens", 1},          {"costUSD", cost},
      {"contextWindow", 1000}};
}

executor::TurnUsage read(Meter& meter, const Tree& since, double total) {
  const Tree result = {{"type", "result"},
                       {"usage", {{"input_tokens", 0}}},
                       {"model_usage_since_last_result", since},
                       {"modelUsage", {{"opus", {{"contextWindow", 1000}}}}},
                       {"total_cost_usd", total}};
  const std::string text = result.dump();
  return meter.read(json::View(text));
}

void hear(Meter& meter, const Tree& line) {
  const std::string text = line.dump();
  meter.hear(json::View(text));
}

Tree event(const Tree& inside, const Tree& parent = nullptr) {
  return {{"type", "stream_event"}, {"parent_tool_use_id", parent}, {"event", inside}};
}

Tree answer(const std::string& id, const Tree& usage, const std::string& model = "opus") {
  return {{"id", id}, {"model", model}, {"usage", usage}};
}

const Tree begun_usage = {{"input_tokens", 5},
                          {"cache_creation_input_tokens", 100},
                          {"cache_read_input_tokens", 7},
                          {"output_tokens", 1}};

}  // namespace

TEST_CASE("a turn costs what each model has spent since the last result") {
  Meter meter(0);
  const auto usage =
      read(meter, {{"opus", counts(5, 7, 100, 20, 0.5)}, {"haiku", counts(1, 0, 0, 2, 0.1)}}, 0.6);
  CHECK(usage.tokens.input == 6);
  CHECK(usage.tokens.cache_read == 7);
  CHECK(usage.tokens.cache_write == 100);
  CHECK(usage.tokens.output == 22);
  CHECK(usage.tokens.thought == 2);
  REQUIRE(usage.models.size() == 2);
  CHECK(usage.models.front().model == "haiku");
  CHECK(usage.models.back().tokens.cache_write == 100);
  CHECK(usage.source == tine::executor::UsageSource::provider);
  const Tree raw = Tree::parse(usage.raw);
  CHECK(raw["model_usage_since_last_result"]["opus"]["inputTokens"] == 5);
  CHECK(raw["total_cost_usd"] == 0.6);
}

TEST_CASE("the zeros of an interrupted call are unknown") {
  Meter meter(0);
  CHECK(read(meter, Tree::object(), 0).tokens.unknown());
  const auto usage = read(meter, {{"opus", counts(0, 0, 0, 0, 0)}}, 0);
  CHECK(usage.tokens.unknown());
  CHECK(usage.models.empty());
  CHECK_FALSE(usage.context);
}

TEST_CASE("the context is what the last call of the conversation itself read and wrote") {
  Meter meter(0);
  hear(meter, event({{"type", "message_start"}, {"message", answer("m1", begun_usage)}}));
  hear(meter, {{"type", "assistant"}, {"message", answer("m1", begun_usage)}});
  hear(meter, event({{"type", "message_delta"}, {"usage", {{"output_tokens", 20}}}}));
  const Tree large = {{"input_tokens", 900}, {"output_tokens", 9}};
  hear(meter, event({{"type", "message_start"}, {"message", answer("m2", large)}}, "toolu_1"));
  hear(meter, {{"type", "assistant"}, {"message", answer("m3", large, "<synthetic>")}});
  const auto usage = read(meter, {{"opus", counts(5, 7, 100, 20, 0.5)}}, 0.5);
  REQUIRE(usage.context);
  CHECK(usage.context->used == 132);
  CHECK(usage.last_prompt == 112);
  CHECK(usage.last_answer == 20);
  CHECK(usage.context->size == 1000);
  REQUIRE(usage.context->cost);
  CHECK(usage.context->cost->amount == Approx(0.5));
  CHECK(usage.context->cost->currency == "USD");
}

TEST_CASE("an answer that was not streamed tells the context, and so does a compaction") {
  Meter meter(0);
  hear(meter, {{"type", "assistant"}, {"message", answer("m1", begun_usage)}});
  CHECK(read(meter, {{"opus", counts(1, 0, 0, 1, 0)}}, 0).context->used == 113);
  hear(meter, {{"type", "system"},
               {"subtype", "compact_boundary"},
               {"compact_metadata", {{"pre_tokens", 113}, {"post_tokens", 40}}}});
  CHECK(read(meter, {{"opus", counts(1, 0, 0, 1, 0)}}, 0).context->used == 40);
}

TEST_CASE("a model may be listed by the name of a variant") {
  Meter meter(0);
  hear(meter, {{"type", "assistant"}, {"message", answer("m1", begun_usage, "op")}});
  CHECK(read(meter, Tree::object(), 0).context->size == 1000);
  hear(meter, {{"type", "assistant"}, {"message", answer("m2", begun_usage, "other")}});
  CHECK_FALSE(read(meter, Tree::object(), 0).context);
}

TEST_CASE("a session has cost what it had before and what the totals have grown by") {
  // A fork's totals begin with those of its parent.
  Meter fork(1);
  hear(fork, {{"type", "assistant"}, {"message", answer("m1", begun_usage)}});
  CHECK(read(fork, {{"opus", counts(1, 0, 0, 1, 0.25)}}, 40.25).context->cost->amount ==
        Approx(1.25));
  CHECK(read(fork, {{"opus", counts(1, 0, 0, 1, 0.5)}}, 41).context->cost->amount == Approx(2));
  // Totals that begin anew are left aside.
  CHECK(read(fork, {{"opus", counts(1, 0, 0, 1, 0.5)}}, 0.5).context->cost->amount == Approx(2.5));
}
