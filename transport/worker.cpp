#include "transport/worker.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "transport/event.h"
#include "transport/limits.h"
#include "transport/signals_held_back.h"

namespace tine::transport {

struct Worker::State {
  /// A job, and who is told of its end.
  struct Order {
    std::function<void()> job;
    std::shared_ptr<Event> done;
    std::shared_ptr<State> state;
  };

  explicit State(Loop& l) : loop(l), room(l) {}

  bool start();
  void work();

  Loop& loop;
  // On the loop's thread.
  std::thread thread;
  std::size_t in_hand = 0;  // handed over, and not known to have ended
  bool closed = false;
  Event room;
  // On both.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Order> queue;
  bool last = false;  // nothing comes after what is queued
};

bool Worker::State::start() {
  if (thread.joinable()) return true;
  const SignalsHeldBack held_back;
  try {
    thread = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void Worker::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return last || !queue.empty(); });
    if (queue.empty()) return;
    Order order = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    order.job();
    // All of it moves, so that nothing of it ends on this thread.
    loop.post([ended = std::move(order)] {
      --ended.state->in_hand;
      ended.state->room.set();
      ended.done->set();
    });
    lock.lock();
  }
}

Worker::Worker(Loop& loop) : state_(std::make_shared<State>(loop)) {}

Worker::~Worker() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->last = true;
  }
  state_->changed.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
  state_->closed = true;
  state_->room.set();
}

Task<void> Worker::run(std::function<void()> job) {
  const auto state = state_;
  while (!state->closed && state->in_hand >= limits::worker_jobs) {
    state->room.reset();
    co_await state->room.wait();
  }
  if (state->closed || !state->start()) {
    job();
    co_return;
  }
  ++state->in_hand;
  const auto done = std::make_shared<Event>(state->loop);
  {
    const std::scoped_lock lock(state->mutex);
    state->queue.push_back({std::move(job), done, state});
  }
  state->changed.notify_one();
  // The wait is what keeps the loop running until the thread has reported.
  co_await done->wait();
}

}  // namespace tine::transport
