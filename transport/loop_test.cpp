#include "transport/loop.h"

#include <csignal>
#include <stdexcept>
#include <vector>

#include "tests/doubles/peers.h"

using namespace tine::transport;
using namespace tine::transport::test;

TEST_CASE("a coroutine started on the loop runs at once up to its first wait") {
  Loop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    start(loop, [&]() -> Task<void> {
      order.push_back(2);
      co_await yield(loop);
      order.push_back(4);
    });
    order.push_back(3);
  });
  loop.run_ready();
  CHECK(order == std::vector{1, 2, 3, 4});
}

TEST_CASE("posted work runs in the order of the calls") {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) loop.post([&order, i] { order.push_back(i); });
  CHECK(order.empty());
  loop.run_ready();
  CHECK(order == std::vector{0, 1, 2, 3, 4});
}

TEST_CASE("an exception ends the coroutine that it leaves and no other") {
  Loop loop;
  bool other = false;
  start(loop, [&]() -> Task<void> {
    co_await yield(loop);
    throw std::runtime_error("lost");
  });
  start(loop, [&]() -> Task<void> {
    co_await yield(loop);
    co_await yield(loop);
    other = true;
  });
  CHECK_NOTHROW(loop.run_ready());
  CHECK(other);
}

TEST_CASE("two coroutines that yield take turns") {
  Loop loop;
  std::vector<int> order;
  for (int who = 1; who <= 2; ++who) {
    start(loop, [&loop, &order, who]() -> Task<void> {
      for (int i = 0; i < 2; ++i) {
        order.push_back(who);
        co_await yield(loop);
      }
    });
  }
  loop.run_ready();
  CHECK(order == std::vector{1, 2, 1, 2});
}

TEST_CASE("with a loop, a reader that has left is no signal") {
  std::signal(SIGPIPE, SIG_DFL);
  const Loop loop;
  struct sigaction action {};
  REQUIRE(::sigaction(SIGPIPE, nullptr, &action) == 0);
  CHECK(action.sa_handler == SIG_IGN);
}
