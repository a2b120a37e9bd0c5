#include "transport/worker.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/limits.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

std::size_t threads() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

/// A worker whose first job takes until release(), and jobs that note on which thread they ran.
struct Busy {
  Busy() {
    start(loop, [this]() -> Task<void> {
      const std::function<void()> job = [open = gate.get_future().share()] { open.wait(); };
      co_await worker->run(job);
      ++ended;
    });
    loop.run_ready();
  }

  void add_job() {
    start(loop, [this]() -> Task<void> {
      const std::function<void()> job = [this] { ran_on.push_back(std::this_thread::get_id()); };
      co_await worker->run(job);
      ++ended;
    });
  }
  void release() { gate.set_value(); }
  std::size_t ran_here() const {
    return static_cast<std::size_t>(
        std::count(ran_on.begin(), ran_on.end(), std::this_thread::get_id()));
  }

  Loop loop;
  std::promise<void> gate;
  std::optional<Worker> worker{std::in_place, loop};
  std::vector<std::thread::id> ran_on;  // jobs run one at a time
  std::size_t ended = 0;
};

}  // namespace

TEST_CASE("a job runs on a thread of its own, and its coroutine goes on where it was") {
  Loop loop;
  Worker worker(loop);
  run(loop, [&]() -> Task<void> {
    std::thread::id there;
    const std::function<void()> job = [&there] { there = std::this_thread::get_id(); };
    co_await worker.run(job);
    CHECK(there != std::thread::id());
    CHECK(there != std::this_thread::get_id());
  });
}

TEST_CASE("there is no thread before the first job, one after it, none in the end") {
  const std::size_t before = threads();
  {
    Loop loop;
    Worker worker(loop);
    CHECK(threads() == before);
    run(loop, [&]() -> Task<void> {
      const std::function<void()> nothing = [] {};
      co_await worker.run(nothing);
      co_await worker.run(nothing);
    });
    CHECK(threads() == before + 1);
  }
  CHECK(threads() == before);
}

TEST_CASE("the loop goes on while a job runs, and waits for its end") {
  Loop loop;
  Worker worker(loop);
  std::promise<void> gate;
  bool ended = false;
  start(loop, [&]() -> Task<void> {
    const std::function<void()> job = [open = gate.get_future().share()] { open.wait(); };
    co_await worker.run(job);
    ended = true;
  });
  start(loop, [&]() -> Task<void> {
    co_await yield(loop);
    gate.set_value();
  });
  loop.run();
  CHECK(ended);
}

TEST_CASE("jobs run in the order in which they came") {
  Loop loop;
  Worker worker(loop);
  std::vector<int> order;
  for (int i = 0; i < 20; ++i) {
    start(loop, [&worker, &order, i]() -> Task<void> {
      const std::function<void()> job = [&order, i] { order.push_back(i); };
      co_await worker.run(job);
    });
  }
  loop.run();
  REQUIRE(order.size() == 20);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("signals stay with the thread of the loop") {
  Loop loop;
  Worker worker(loop);
  run(loop, [&]() -> Task<void> {
    sigset_t there{};
    const std::function<void()> job = [&there] { ::pthread_sigmask(SIG_BLOCK, nullptr, &there); };
    co_await worker.run(job);
    CHECK(sigismember(&there, SIGTERM) == 1);
    sigset_t here{};
    ::pthread_sigmask(SIG_BLOCK, nullptr, &here);
    CHECK(sigismember(&here, SIGTERM) == 0);
  });
}

TEST_CASE("a worker takes as many jobs as its limit says, the next one waits outside") {
  const std::size_t beyond = GENERATE(0, 1, 2);
  Busy busy;
  const std::size_t more = limits::worker_jobs - 2 + beyond;
  for (std::size_t i = 0; i < more; ++i) busy.add_job();
  busy.loop.run_ready();
  CHECK(busy.ended == 0);

  // What waits outside when the worker goes is done by the loop's own thread, which tells it apart.
  busy.release();
  busy.worker.reset();
  CHECK(busy.ran_on.size() == more - (beyond == 2 ? 1 : 0));
  busy.loop.run();
  CHECK(busy.ended == more + 1);
  CHECK(busy.ran_on.size() == more);
  CHECK(busy.ran_here() == (beyond == 2 ? 1 : 0));
}

TEST_CASE("who waits for room gets it when a job has ended") {
  Busy busy;
  const std::size_t more = limits::worker_jobs * 3;
  for (std::size_t i = 0; i < more; ++i) busy.add_job();
  busy.loop.run_ready();
  busy.release();
  busy.loop.run();
  CHECK(busy.ended == more + 1);
  CHECK(busy.ran_on.size() == more);
  CHECK(busy.ran_here() == 0);
}

TEST_CASE("a job that was handed over is done, also when nobody waits for it any more") {
  const auto owned = std::make_shared<std::atomic<int>>(0);
  {
    Loop loop;
    Worker worker(loop);
    for (int i = 0; i < 3; ++i) {
      start(loop, [&worker, owned]() -> Task<void> {
        const std::function<void()> job = [owned] { ++*owned; };
        co_await worker.run(job);
      });
    }
    loop.run_ready();
    loop.stop();
  }
  CHECK(*owned == 3);
  CHECK(owned.use_count() == 1);
}

TEST_CASE("what a job owns is given back on the thread of the loop") {
  Loop loop;
  Worker worker(loop);
  std::thread::id given_back;
  run(loop, [&]() -> Task<void> {
    const std::shared_ptr<int> owned(new int(0), [&given_back](const int* number) {
      given_back = std::this_thread::get_id();
      delete number;
    });
    std::function<void()> job = [owned] {};
    co_await worker.run(std::move(job));
  });
  CHECK(given_back == std::this_thread::get_id());
}

TEST_CASE("what a job throws is thrown where it is waited for") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    Worker worker(loop);
    bool caught = false;
    std::function<void()> job = [] { throw std::bad_alloc(); };
    try {
      co_await worker.run(std::move(job));
    } catch (const std::bad_alloc&) {
      caught = true;
    }
    CHECK(caught);
    bool done = false;
    std::function<void()> next = [&done] { done = true; };
    co_await worker.run(std::move(next));
    CHECK(done);
  });
}
