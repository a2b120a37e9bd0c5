#include "session/live/warm_first.h"

#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/still_clock.h"

using namespace tine;
using namespace tine::session;
using namespace std::chrono_literals;

namespace {

struct Stage {
  explicit Stage(std::chrono::milliseconds patience = tine::session::limits::warm_patience)
      : warm_first(loop, env, patience) {}
  /// Lets a fork ask for its turn; what it gets is noted.
  void ask(const std::string& name, transport::CancelSource cancel = {},
           WarmFirst::Past past = {.backend = "b", .parent = "p", .seq = 3}) {
    loop.spawn([](Stage& stage, std::string who, transport::CancelSource stop,
                  WarmFirst::Past what) -> transport::Task<void> {
      std::function<void()> on_wait = [&stage, who] { stage.story += who + " waits, "; };
      auto given = co_await stage.warm_first.turn(what, 5min, stop, std::move(on_wait));
      stage.story += who + (given ? " leads, " : " goes, ");
      if (given) stage.lead = std::move(given);
    }(*this, name, std::move(cancel), std::move(past)));
    settle();
  }
  /// Lets all that can happen happen.
  void settle() {
    test::await(loop, [](transport::Loop& the_loop) -> transport::Task<bool> {
      for (int i = 0; i < 20; ++i) co_await transport::yield(the_loop);
      co_return true;
    }(loop));
  }
  std::string take() { return std::exchange(story, {}); }

  test::StillClock env;
  transport::Loop loop;
  WarmFirst warm_first;
  std::string story;
  std::shared_ptr<WarmFirst::Lead> lead;  // the last one
};

}  // namespace

TEST_CASE("warm first: one goes ahead, and the others follow its first sign") {
  Stage stage;
  stage.ask("a");
  stage.ask("b");
  stage.ask("c");
  CHECK(stage.take() == "a leads, b waits, c waits, ");
  stage.lead->sign();
  stage.settle();
  CHECK(stage.take() == "b goes, c goes, ");
  // Who comes later is told of no cache yet, and waits for nobody.
  stage.ask("d");
  CHECK(stage.take() == "d leads, ");
  stage.warm_first.note({.backend = "b", .parent = "p", .seq = 3}, stage.env.now_ms);
  stage.lead.reset();
  stage.ask("e");
  CHECK(stage.take() == "e goes, ");
  // Once it has expired, one goes ahead again.
  stage.env.now_ms += std::chrono::milliseconds(5min).count();
  stage.ask("f");
  CHECK(stage.take() == "f leads, ");
}

TEST_CASE("warm first: where the first one fails, the next goes ahead") {
  Stage stage;
  stage.ask("a");
  stage.ask("b");
  stage.ask("c");
  stage.take();
  stage.lead.reset();
  stage.settle();
  CHECK(stage.take() == "b leads, ");
  stage.lead.reset();
  stage.settle();
  CHECK(stage.take() == "c leads, ");
}

TEST_CASE("warm first: a cancel ends the wait of one alone") {
  Stage stage;
  transport::CancelSource cancel;
  stage.ask("a");
  stage.ask("b", cancel);
  stage.ask("c");
  stage.take();
  cancel.cancel();
  stage.settle();
  CHECK(stage.take() == "b goes, ");
  stage.lead->sign();
  stage.settle();
  CHECK(stage.take() == "c goes, ");
}

TEST_CASE("warm first: who has waited for long enough goes without a sign") {
  Stage stage(0ms);
  stage.ask("a");
  stage.ask("b");
  CHECK(stage.take() == "a leads, b goes, ");
}

TEST_CASE("warm first: another past, and one that is cached, wait for nobody") {
  Stage stage;
  stage.ask("a");
  stage.ask("b", {}, {.backend = "b", .parent = "p", .seq = 4});
  stage.ask("c", {}, {.backend = "b", .parent = "q", .seq = 3});
  stage.ask("d", {}, {.backend = "c", .parent = "p", .seq = 3});
  CHECK(stage.take() == "a leads, b leads, c leads, d leads, ");
  stage.warm_first.note({.backend = "b", .parent = "r", .seq = 1}, stage.env.now_ms);
  stage.ask("e", {}, {.backend = "b", .parent = "r", .seq = 1});
  CHECK(stage.take() == "e goes, ");
}

TEST_CASE("warm first: a past is forgotten when there are too many, the oldest first") {
  Stage stage;
  for (std::uint64_t i = 0; i <= tine::session::limits::warm_pasts; ++i)
    stage.warm_first.note({.backend = "b", .parent = "p", .seq = i},
                          static_cast<std::int64_t>(1000 + i));
  CHECK_FALSE(stage.warm_first.last_read({.backend = "b", .parent = "p", .seq = 0}));
  CHECK(stage.warm_first.last_read({.backend = "b", .parent = "p", .seq = 1}) == 1001);
  // What was read later is not undone.
  stage.warm_first.note({.backend = "b", .parent = "p", .seq = 1}, 7);
  CHECK(stage.warm_first.last_read({.backend = "b", .parent = "p", .seq = 1}) == 1001);
}
