#include "transport/worker.h"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <list>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "transport/event.h"
#include "transport/limits.h"
#include "transport/signals_held_back.h"

namespace tine::transport {

struct Worker::State : std::enable_shared_from_this<Worker::State> {
  /// The end of a job.
  struct End {
    explicit End(Loop& loop) : came(loop) {}
    Event came;
    std::exception_ptr fault;
  };
  /// A job, and where its end is told.
  struct Order {
    std::function<void()> job;
    std::shared_ptr<End> end;
  };
  using Orders = std::list<Order>;  // they move between lists, for which no memory is needed

  explicit State(Loop& l) : loop(l), room(l) {}

  bool start();
  void work();
  void report();
  void take_done();

  Loop& loop;
  // On the loop's thread.
  std::thread thread;
  std::size_t in_hand = 0;  // handed over, and not known to have ended
  bool closed = false;
  Event room;
  // On both.
  std::mutex mutex;
  std::condition_variable changed;
  Orders queue;
  Orders done;
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
    Orders current;
    current.splice(current.end(), queue, queue.begin());
    lock.unlock();
    try {
      current.front().job();
    } catch (...) {
      // Out of memory: for the coroutine that waits.
      current.front().end->fault = std::current_exception();
    }
    lock.lock();
    // Nothing of it ends on this thread.
    done.splice(done.end(), current);
    lock.unlock();
    report();
    lock.lock();
  }
}

/// Tells the loop that a job is done. The loop waits for that, so a lack of memory is waited out.
void Worker::State::report() {
  for (;;) {
    try {
      loop.post([state = shared_from_this()] { state->take_done(); });
      return;
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(limits::memory_pause);
    }
  }
}

/// On the loop's thread.
void Worker::State::take_done() {
  Orders taken;
  {
    const std::scoped_lock lock(mutex);
    taken.splice(taken.end(), done);
  }
  in_hand -= taken.size();
  room.set();
  for (const Order& each : taken) each.end->came.set();
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
  const auto end = std::make_shared<State::End>(state->loop);
  State::Orders order;
  order.push_back({std::move(job), end});
  {
    const std::scoped_lock lock(state->mutex);
    state->queue.splice(state->queue.end(), order);
  }
  ++state->in_hand;
  state->changed.notify_one();
  // The wait is what keeps the loop running until the thread has reported.
  co_await end->came.wait();
  if (end->fault) std::rethrow_exception(end->fault);
}

Task<json::LongValues> find_long_values(Loop& loop, std::shared_ptr<const std::string> text) {
  std::function<json::LongValues()> find = [text] { return json::LongValues(*text); };
  co_return co_await made_beside(loop, std::move(find));
}

}  // namespace tine::transport
