#include "transport/together.h"

#include <stdexcept>

#include "tests/doubles/peers.h"
#include "transport/event.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

Task<void> count_after(Event& event, int& count) {
  co_await event.wait();
  ++count;
}

Task<void> fail_at_once() {
  throw std::runtime_error("on purpose");
  co_return;
}

}  // namespace

TEST_CASE("tasks run at the same time, and the last one ends the wait") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    Event first(loop);
    Event second(loop);
    int count = 0;
    bool over = false;
    const auto wait = [](Loop& l, std::vector<Task<void>> tasks, bool& done) -> Task<void> {
      co_await together(l, std::move(tasks));
      done = true;
    };
    std::vector<Task<void>> tasks;
    tasks.push_back(count_after(first, count));
    tasks.push_back(count_after(second, count));
    tasks.push_back(fail_at_once());
    loop.spawn(wait(loop, std::move(tasks), over));
    second.set();
    co_await yield(loop);
    CHECK(count == 1);
    CHECK_FALSE(over);
    first.set();
    while (!over) co_await yield(loop);
    CHECK(count == 2);
  });
}

TEST_CASE("no tasks have ended at once") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    std::vector<Task<void>> none;
    co_await together(loop, std::move(none));
  });
}
