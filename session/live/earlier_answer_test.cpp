#include "session/live/earlier_answer.h"

#include <string>
#include <utility>

#include "session/record/data.h"
#include "session/record/long_text.h"
#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;

namespace {

Result<TurnReport> ask(OpenSession& it, const std::string& text, const std::string& id) {
  const transport::CancelSource never;
  PromptTags tags;
  tags.id = id;
  return it.run(it.session->prompt({v1::text_block(text)}, never, std::move(tags)));
}

/// The session as another process finds it.
void open_anew(OpenSession& it) {
  const std::string id = it.session->id();
  it.close();
  auto opened = it.run(it.service.open(id));
  REQUIRE(opened);
  it.session = *opened;
  it.session->attach(it.client, it.workspace);
}

}  // namespace

TEST_CASE("earlier answer: a prompt is given to the backend once, and its answer stays the same") {
  OpenSession it;
  it.backend->usage.tokens = {.input = 7, .cache_read = 3, .output = 5};
  it.backend->usage.raw = R"({"in":7})";
  it.backend->usage.source = executor::UsageSource::detected;
  it.backend->usage.models = {{.model = "large", .tokens = it.backend->usage.tokens}};
  it.backend->in_turn = [](v1::Client& client) -> transport::Task<void> {
    client.update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, "said", "m"));
    co_return;
  };
  it.turn();
  const auto first = ask(it, "words", "a");
  REQUIRE(first);
  CHECK_FALSE(first->replayed);
  for (int i = 0; i < 2; ++i) {
    it.client.take();
    const auto again = ask(it, "words", "a");
    REQUIRE(again);
    CHECK(again->replayed);
    CHECK(again->seq == first->seq);
    CHECK(again->turn == 2);
    CHECK(again->usage.tokens == first->usage.tokens);
    CHECK(again->usage.raw == first->usage.raw);
    CHECK(again->usage.source == first->usage.source);
    REQUIRE(again->usage.models.size() == 1);
    CHECK(again->usage.models.front().model == "large");
    CHECK(again->cumulative == first->cumulative);
    CHECK(it.client.heard.starts_with("agent_message_chunk:said"));
    CHECK(it.client.last.find(R"("replayOf":"a")") != std::string::npos);
    CHECK(it.backend->turns == 2);
    open_anew(it);
  }
  CHECK(it.told().find("prompt sent update") != std::string::npos);
}

TEST_CASE("earlier answer: the id of another prompt is refused") {
  OpenSession it;
  REQUIRE(ask(it, "words", "a"));
  const auto refused = ask(it, "other words", "a");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::invalid_params);
  CHECK(refused.error().path == "params._meta.tine.promptId");
  CHECK(it.backend->turns == 1);
}

TEST_CASE("earlier answer: what failed before the backend was given it is played when it can be") {
  OpenSession it;
  it.backend->fails = true;
  REQUIRE_FALSE(ask(it, "words", "a"));
  CHECK(it.told().find("sent") == std::string::npos);
  it.backend->fails = false;
  const auto played = ask(it, "words", "a");
  REQUIRE(played);
  CHECK_FALSE(played->replayed);
  CHECK(played->turn == 2);
}

TEST_CASE(
    "earlier answer: what failed with the backend fails again, and is not to be tried again") {
  OpenSession it;
  it.backend->turn_fault = Error(ErrorKind::overloaded, "too much");
  REQUIRE_FALSE(ask(it, "words", "a"));
  it.backend->turn_fault.reset();
  const auto again = ask(it, "words", "a");
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == ErrorKind::overloaded);
  CHECK(again.error().message == "too much");
  CHECK(again.error().retryable == false);
  CHECK(again.error().data == R"("prompt":{"id":"a","turn":1,"state":"failed"})");
  CHECK(it.backend->turns == 0);
}

namespace {

/// A turn that its process begins and does not live to end.
transport::Task<bool> begin(OpenSession& it, bool sent) {
  const std::shared_ptr<Record> record = it.session->record();
  const auto claimed = co_await record->claim("a test");
  std::string content = content_json({v1::text_block("words")});
  AskedPrompt asked;
  asked.id = "a";
  asked.checksum = co_await content_checksum(it.loop, content);
  co_await record->prompt("prompt-1", std::move(content), std::move(asked));
  if (sent) {
    const auto noted = co_await record->note_sent();
    co_return noted&& claimed;
  }
  record->flush();
  co_return claimed.has_value();
}

}  // namespace

TEST_CASE("earlier answer: a turn that was cut off is reported, and not played again") {
  OpenSession it;
  REQUIRE(it.run(begin(it, true)));
  it.session->record()->release();
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask(it, "words", "a");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::turn_interrupted);
    CHECK(answer.error().data == R"("prompt":{"id":"a","turn":1,"state":"interrupted"})");
    open_anew(it);
  }
  CHECK(it.backend->turns == 0);
  CHECK(ask(it, "words", "b"));
}

TEST_CASE("earlier answer: one that was cut off before the backend was given it is played") {
  OpenSession it;
  REQUIRE(it.run(begin(it, false)));
  it.session->record()->release();
  const auto answer = ask(it, "words", "a");
  REQUIRE(answer);
  CHECK(answer->turn == 2);
  CHECK(it.backend->turns == 1);
}
