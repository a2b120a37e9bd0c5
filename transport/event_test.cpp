#include "transport/event.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

/// Longer than the tests run: such a waiter is woken by the event or never.
constexpr Milliseconds far_off{50000};

struct Waiters {
  Loop loop;
  std::unique_ptr<Event> event = std::make_unique<Event>(loop);
  std::vector<std::string> log;

  void wait(std::string name) {
    start(loop, [this, name]() -> Task<void> {
      co_await event->wait();
      log.push_back(name);
    });
  }
  void wait_for(std::string name, Milliseconds time) {
    start(loop, [this, name, time]() -> Task<void> {
      const bool woken = co_await event->wait_for(time);
      log.push_back(name + (woken ? " woken" : " late"));
    });
  }
};

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("an event that is set holds nobody up") {
  Waiters w;
  w.event->set();
  w.wait("a");
  w.wait_for("b", far_off);
  w.loop.run_ready();
  CHECK(w.log == Log{"a", "b woken"});
}

TEST_CASE("set wakes everybody who waits, and not from within") {
  Waiters w;
  w.wait("a");
  w.wait_for("b", far_off);
  w.wait("c");
  w.loop.run_ready();
  CHECK(w.log.empty());
  w.event->set();
  CHECK(w.log.empty());
  w.loop.run_ready();
  CHECK(w.log.size() == 3);
}

TEST_CASE("a reset right after set does not take the wake-up back") {
  Waiters w;
  w.wait("a");
  w.wait_for("b", far_off);
  w.loop.run_ready();
  w.event->set();
  w.event->reset();
  CHECK_FALSE(w.event->is_set());
  w.loop.run_ready();
  CHECK(w.log == Log{"a", "b woken"});

  // Who comes after the reset waits for the next one.
  w.wait("c");
  w.loop.run_ready();
  CHECK(w.log.size() == 2);
  w.event->set();
  w.loop.run_ready();
  CHECK(w.log.back() == "c");
}

TEST_CASE("somebody who begins to wait between set, reset and the wake-ups stays") {
  Waiters w;
  w.wait("a");
  w.loop.run_ready();
  w.event->set();
  w.event->reset();
  w.wait("b");
  w.loop.run_ready();
  CHECK(w.log == Log{"a"});
}

TEST_CASE("each waiter has a deadline of its own") {
  Waiters w;
  Waiters other;
  run(w.loop, [&]() -> Task<void> {
    w.wait_for("second", Milliseconds(30));
    w.wait("for ever");
    w.wait_for("first", Milliseconds(1));
    w.wait_for("third", far_off);
    while (w.log.size() < 2) co_await pause(w.loop, Milliseconds(1));
    CHECK(w.log == Log{"first late", "second late"});
    w.event->set();
    co_await settle(w.loop);
  });
  CHECK(w.log.size() == 4);
  CHECK(std::count(w.log.begin(), w.log.end(), "third woken") == 1);
  CHECK(std::count(w.log.begin(), w.log.end(), "for ever") == 1);
}

TEST_CASE("a deadline that is over already does not wait, unless the event is set") {
  Waiters w;
  run(w.loop, [&]() -> Task<void> {
    const bool now = co_await w.event->wait_for(Milliseconds(0));
    CHECK_FALSE(now);
    const bool past = co_await w.event->wait_for(Milliseconds(-5));
    CHECK_FALSE(past);
    w.event->set();
    const bool set = co_await w.event->wait_for(Milliseconds(0));
    CHECK(set);
  });
}

TEST_CASE("the longest time there is does not overflow into the past") {
  Waiters w;
  w.wait_for("a", Milliseconds::max());
  start(w.loop, [&]() -> Task<void> {
    co_await pause(w.loop, Milliseconds::max());
    w.log.emplace_back("paused");
  });
  run(w.loop, [&]() -> Task<void> { co_await settle(w.loop); });
  CHECK(w.log.empty());
  w.event->set();
  w.loop.run_ready();
  CHECK(w.log == Log{"a woken"});
}

TEST_CASE("an event that goes wakes those who wait") {
  Waiters w;
  w.wait("a");
  w.wait_for("b", far_off);
  w.loop.run_ready();
  w.event.reset();
  w.loop.run_ready();
  CHECK(w.log == Log{"a", "b woken"});
}

TEST_CASE("a loop that goes takes the waiting coroutines and what they own with it") {
  const auto owned = std::make_shared<int>(0);
  {
    Loop loop;
    Event event(loop);
    start(loop, [&event, owned]() -> Task<void> { co_await event.wait(); });
    start(loop, [&event, owned]() -> Task<void> { co_await event.wait_for(far_off); });
    start(loop, [&loop, owned]() -> Task<void> { co_await pause(loop, far_off); });
    loop.run_ready();
    CHECK(owned.use_count() == 4);
  }
  CHECK(owned.use_count() == 1);
}
