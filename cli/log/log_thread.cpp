#include "cli/log/log_thread.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/log/limits.h"
#include "transport/signals_held_back.h"

namespace tine::cli {
namespace {

std::size_t size_of(const LogThread::Entry& entry) {
  return entry.text.size() + limits::log_overhead;
}

}  // namespace

struct LogThread::State {
  explicit State(Write the_write) : write(std::move(the_write)) {}

  void work();
  /// The next one to write; false: none comes any more. `left_out` are those before it that had no
  /// room.
  bool next(Entry& entry, std::uint64_t& missing);

  const Write write;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Entry> queue;
  std::size_t waiting = 0;    // bytes in the queue
  std::uint64_t missing = 0;  // since the last one that found room
  bool started = false;
  bool last = false;  // nothing comes after what is queued
  bool done = false;
  std::thread thread;  // of the loop
};

bool LogThread::State::next(Entry& entry, std::uint64_t& left) {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return last || !queue.empty(); });
  left = 0;
  if (queue.empty()) {
    left = std::exchange(missing, 0);
    return false;
  }
  entry = std::move(queue.front());
  queue.pop_front();
  waiting -= size_of(entry);
  // What had no room came after all that is still queued.
  if (queue.empty()) left = std::exchange(missing, 0);
  return true;
}

void LogThread::State::work() {
  Entry entry;
  std::uint64_t left = 0;
  const auto note = [&] {
    if (left == 0) return;
    write({.level = Log::Level::warning,
           .wall_ms = entry.wall_ms,
           .text = left_out(left, "the log could not be written as fast as they came")});
  };
  while (next(entry, left)) {
    write(entry);
    note();
  }
  note();
  {
    const std::scoped_lock lock(mutex);
    done = true;
  }
  changed.notify_all();
}

LogThread::LogThread(Write write) : state_(std::make_shared<State>(std::move(write))) {}

LogThread::~LogThread() {
  std::unique_lock lock(state_->mutex);
  if (!state_->started) return;
  state_->last = true;
  state_->changed.notify_all();
  const bool written =
      state_->changed.wait_for(lock, limits::log_flush, [this] { return state_->done; });
  lock.unlock();
  if (written) {
    state_->thread.join();
  } else {
    state_->thread.detach();
  }
}

void LogThread::take(Entry entry) {
  bool start = false;
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->waiting + size_of(entry) > limits::log_queue) {
      ++state_->missing;
      return;
    }
    state_->waiting += size_of(entry);
    state_->queue.push_back(std::move(entry));
    start = !std::exchange(state_->started, true);
  }
  if (!start) {
    state_->changed.notify_all();
    return;
  }
  const transport::SignalsHeldBack held_back;
  try {
    state_->thread = std::thread([state = state_] { state->work(); });
  } catch (const std::system_error&) {
    // The next one tries again.
    const std::scoped_lock lock(state_->mutex);
    state_->started = false;
  }
}

std::string left_out(std::uint64_t count, std::string_view why) {
  std::string text = std::to_string(count);
  return text.append(count == 1 ? " message was" : " messages were")
      .append(" left out: ")
      .append(why);
}

}  // namespace tine::cli
