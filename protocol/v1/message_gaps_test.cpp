#include "protocol/v1/message_gaps.h"

#include "protocol/v1/build_update.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::v1;

namespace {

Update said(const std::string& session, const std::string& id,
            UpdateKind kind = UpdateKind::agent_message_chunk) {
  Update update = text_chunk(kind, "words", id);
  update.session = session;
  return update;
}

/// The message that a blank line ends before the update; "": there is none.
std::string ended(MessageGaps& gaps, const Update& update) {
  const auto gap = gaps.before(update);
  if (!gap) return {};
  const json::View payload(gap->payload);
  CHECK(gap->session == update.session);
  CHECK(payload.find("content").find("text").equals("\n\n"));
  return payload.find("messageId").string().value();
}

}  // namespace

TEST_CASE("message gaps: a blank line stands between the messages of a turn") {
  MessageGaps gaps;
  CHECK(ended(gaps, said("s", "one")).empty());
  CHECK(ended(gaps, said("s", "one")).empty());
  CHECK(ended(gaps, said("s", "two")) == "one");
  CHECK(ended(gaps, said("s", "two")).empty());
}

TEST_CASE("message gaps: none before the first message of a turn, live and in a replay") {
  MessageGaps gaps;
  ended(gaps, said("s", "one"));
  gaps.end_turn("s");
  CHECK(ended(gaps, said("s", "two")).empty());
  CHECK(ended(gaps, said("s", "asked", UpdateKind::user_message_chunk)).empty());
  CHECK(ended(gaps, said("s", "three")).empty());
}

TEST_CASE("message gaps: sessions, thoughts and messages without an id do not meet") {
  MessageGaps gaps;
  ended(gaps, said("s", "one"));
  CHECK(ended(gaps, said("t", "two")).empty());
  CHECK(ended(gaps, said("s", "thought", UpdateKind::agent_thought_chunk)).empty());
  CHECK(ended(gaps, said("s", "")).empty());
  CHECK(ended(gaps, said("s", "two")) == "one");
}

TEST_CASE("message gaps: what is known of many sessions is bounded") {
  MessageGaps gaps;
  for (int i = 0; i < 5000; ++i) ended(gaps, said("s" + std::to_string(i), "one"));
  CHECK(ended(gaps, said("s4999", "two")) == "one");
  CHECK(ended(gaps, said("s0", "two")).empty());
}
