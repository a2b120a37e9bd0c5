#include "cli/log/log_thread.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/log/limits.h"
#include "tests/catch.h"

namespace tine::cli {
namespace {

/// Somewhere to write to that can be held shut.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  std::vector<std::string> written;

  void write(const LogThread::Entry& entry) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return open; });
    written.push_back(entry.text);
  }
  void set(bool to) {
    {
      const std::scoped_lock lock(mutex);
      open = to;
    }
    changed.notify_all();
  }
};

LogThread::Write into(const std::shared_ptr<Gate>& gate) {
  return [gate](const LogThread::Entry& entry) { gate->write(entry); };
}

LogThread::Entry entry(std::string text) {
  return {.level = Log::Level::info, .wall_ms = 0, .text = std::move(text)};
}

}  // namespace

TEST_CASE("log thread: messages are written in their order, and before it ends") {
  const auto gate = std::make_shared<Gate>();
  {
    LogThread thread(into(gate));
    for (int i = 0; i < 1000; ++i) thread.take(entry(std::to_string(i)));
  }
  REQUIRE(gate->written.size() == 1000);
  CHECK(gate->written.front() == "0");
  CHECK(gate->written.back() == "999");
}

TEST_CASE("log thread: what has no room is left out, counted and told") {
  const auto gate = std::make_shared<Gate>();
  gate->open = false;
  const std::string text(1000 - limits::log_overhead, 'x');
  constexpr std::size_t room = limits::log_queue / 1000;
  {
    LogThread thread(into(gate));
    // One may be in the writer's hands.
    for (std::size_t i = 0; i < room + 50; ++i) thread.take(entry(text));
    gate->set(true);
  }
  const std::size_t kept = gate->written.size() - 1;
  CHECK(kept >= room);
  CHECK(kept <= room + 1);
  CHECK(gate->written.back() ==
        std::to_string(room + 50 - kept) +
            " messages were left out: the log could not be written as fast as they came");
}

TEST_CASE("log thread: one that hangs holds nobody up") {
  const auto gate = std::make_shared<Gate>();
  gate->open = false;
  {
    LogThread thread(into(gate));
    for (int i = 0; i < 10'000; ++i) thread.take(entry("a message"));
  }
  // The thread is still there: it ends once it can.
  gate->set(true);
}

TEST_CASE("log thread: without a message there is no thread, and no end to wait for") {
  const auto gate = std::make_shared<Gate>();
  { const LogThread thread(into(gate)); }
  CHECK(gate.use_count() == 1);
}

}  // namespace tine::cli
