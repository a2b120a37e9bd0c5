#include "executor/process_turn.h"

#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using transport::Task;

namespace {

constexpr transport::Milliseconds moment{1};

struct TestTurn final : ProcessTurn {
  using ProcessTurn::allow_silence;
  using ProcessTurn::close_question;
  using ProcessTurn::end_in_silence;
  using ProcessTurn::note_sign;
  using ProcessTurn::open_question;
  using ProcessTurn::ProcessTurn;
  using ProcessTurn::takes_questions;
  using ProcessTurn::withdraw;
};

struct Playing {
  explicit Playing(transport::Milliseconds to_end = hung)
      : client(loop), turn(loop, client, pace, "S", to_end) {}

  bool ended() {
    bool result = false;
    run(loop, [&]() -> Task<void> { result = co_await turn.ended(); });
    return result;
  }
  /// Does it once the turn is waited for and `time` has passed.
  void later(transport::Milliseconds time, std::function<void()> what) {
    loop.spawn([](transport::Loop& on, transport::Milliseconds wait,
                  std::function<void()> then) -> Task<void> {
      co_await transport::pause(on, wait);
      then();
    }(loop, time, std::move(what)));
  }

  transport::Loop loop;
  AnsweringClient client;
  std::shared_ptr<transport::Pace> pace = std::make_shared<transport::Pace>(loop);
  TestTurn turn;
};

}  // namespace

TEST_CASE("ended() returns false after a silence that is too long") {
  Playing playing;
  playing.turn.allow_silence(moment);
  CHECK_FALSE(playing.ended());
  CHECK_FALSE(playing.turn.over());
}

TEST_CASE("another limit of silence holds at once") {
  Playing playing;
  playing.turn.allow_silence(hung);
  playing.later(moment, [&] { playing.turn.allow_silence(moment); });
  CHECK_FALSE(playing.ended());
}

TEST_CASE("after a sign of life the process may be silent as long again") {
  Playing playing;
  bool waited = false;
  playing.turn.allow_silence(transport::Milliseconds(20));
  playing.later(transport::Milliseconds(10), [&] { playing.turn.note_sign(); });
  playing.later(transport::Milliseconds(30), [&] { waited = true; });
  CHECK_FALSE(playing.ended());
  CHECK(waited);
}

TEST_CASE("a silence can be the end") {
  Playing playing;
  playing.turn.allow_silence(hung);
  playing.later(moment, [&] { playing.turn.end_in_silence(moment); });
  CHECK(playing.ended());
  CHECK(playing.turn.outcome().stop == v1::StopReason::end_turn);
}

TEST_CASE("while a question is open or the client is behind the process may be silent") {
  Playing playing;
  bool answered = false;
  bool caught_up = false;
  playing.turn.allow_silence(moment);
  const auto question = playing.turn.open_question("q");
  playing.client.roomy.reset();
  v1::Update update;
  update.payload = R"({"sessionUpdate":"x"})";
  playing.turn.say(update);
  CHECK(playing.pace->is_held());
  playing.later(transport::Milliseconds(10), [&] {
    answered = true;
    playing.turn.close_question(question);
  });
  playing.later(transport::Milliseconds(20), [&] {
    caught_up = true;
    playing.client.roomy.set();
  });
  CHECK_FALSE(playing.ended());
  CHECK(answered);
  CHECK(caught_up);
  CHECK_FALSE(playing.pace->is_held());
}

TEST_CASE("a turn that was asked to end has its own time for it, whatever it waits for") {
  Playing playing(moment);
  playing.turn.allow_silence(hung);
  const auto question = playing.turn.open_question("q");
  CHECK(playing.turn.takes_questions());
  playing.later(moment, [&] { playing.turn.hurry(); });
  CHECK_FALSE(playing.ended());
  CHECK_FALSE(playing.turn.takes_questions());
  playing.turn.close_question(question);
}

TEST_CASE("what ends a turn first counts, unless it is overruled") {
  Playing playing;
  playing.later(moment, [&] { playing.turn.end(v1::StopReason::max_tokens); });
  CHECK(playing.ended());
  playing.turn.fail(Error(ErrorKind::backend_gone, "late"));
  CHECK(playing.turn.outcome().stop == v1::StopReason::max_tokens);
  playing.turn.overrule(Error(ErrorKind::timeout, "silent"));
  CHECK(playing.turn.outcome().stop.error().kind == ErrorKind::timeout);
}

TEST_CASE("a question that is taken back is cancelled alone, the end cancels all") {
  Playing playing;
  const auto first = playing.turn.open_question("1");
  const auto second = playing.turn.open_question("2");
  playing.turn.withdraw("1");
  CHECK(first->withdrawn);
  CHECK(first->cancel.cancelled());
  CHECK_FALSE(second->cancel.cancelled());
  bool both = false;
  playing.later(moment, [&] {
    CHECK(second->cancel.cancelled());
    both = true;
    playing.turn.close_question(first);
    playing.turn.close_question(second);
  });
  run(playing.loop, [&]() -> Task<void> { co_await playing.turn.close(); });
  CHECK(both);
  CHECK_FALSE(second->withdrawn);
}
