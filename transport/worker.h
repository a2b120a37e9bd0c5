#pragma once
// One thread beside the loop's, for what can block: fsync, walking directories.
//
// Lives on the loop's thread, and the Loop outlives it. The thread is made with the first job; the
// destructor waits until all that was handed to it is done. A job runs on that thread, so it owns
// what it uses and touches nothing that lives on the loop. What it throws (it may run out of
// memory) is thrown where it is waited for. What it owns is given back on the loop's thread, also
// when the coroutine that waited for it, or the loop, ends first.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/json/long_values.h"
#include "transport/loop.h"

namespace tine::transport {

class Worker {
 public:
  explicit Worker(Loop& loop);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Returns when the job is done. Jobs run one at a time, in the order in which they are handed
  /// over; see limits::worker_jobs. Where there is no thread to be had, or the worker goes while
  /// this waits for room, the job runs on the loop's thread.
  Task<void> run(std::function<void()> job);

 private:
  struct State;
  // Shared with those who wait, which may outlive the worker.
  std::shared_ptr<State> state_;
};

/// Gives what `make` gives, which is called beside the loop: it owns what it uses.
template <class T>
Task<T> made_beside(Loop& loop, std::function<T()> make) {
  const auto made = std::make_shared<std::optional<T>>();
  std::function<void()> job = [made, make = std::move(make)] { *made = make(); };
  co_await loop.long_work().run(std::move(job));
  co_return std::move(**made);
}

/// Finds the long values of a JSON text beside the loop.
Task<json::LongValues> find_long_values(Loop& loop, std::shared_ptr<const std::string> text);

}  // namespace tine::transport
