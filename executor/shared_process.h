#pragma once
// The one process that serves all conversations of a backend: it is started when the first of them
// needs it, and ended when none does.
//
// Owned by the backend, on the loop's thread; outlives its conversations. `Process` has gone(),
// stop() and ended(), which returns when nothing of it is left.

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "base/result.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::executor {

/// Tells all that listen to a process, by what each listens to, why it has gone. A listener may let
/// go of itself, or of others.
template <class Listeners>
void tell_gone(Listeners& listeners, const Error& why) {
  const Listeners told = listeners;
  for (const auto& [name, listener] : told) {
    const auto still = listeners.find(name);
    if (still == listeners.end() || still->second != listener) continue;
    listeners.erase(still);
    listener->on_gone(why);
  }
}

template <class Process>
class SharedProcess {
 public:
  using Reply = transport::Task<Result<std::shared_ptr<Process>>>;

  SharedProcess(transport::Loop& loop, std::function<Reply()> start)
      : loop_(loop), start_(std::move(start)) {}

  /// The process that runs; none: it is not there, or has gone.
  std::shared_ptr<Process> running() const {
    return process_ && !process_->gone() ? process_ : nullptr;
  }

  /// Finds or starts it, counted as used once more until leave() or lost().
  Reply use() {
    ++uses_;
    while (changing_) {
      const auto until = changing_;
      co_await until->wait();
    }
    if (process_ && !process_->gone()) co_return process_;
    const auto changing = std::make_shared<transport::Event>(loop_);
    changing_ = changing;
    if (process_) co_await process_->ended();
    auto started = co_await start_();
    changing_.reset();
    changing->set();
    if (!started) {
      --uses_;
      co_return fail(std::move(started.error()));
    }
    process_ = *started;
    co_return process_;
  }

  /// Counts it as used once less. The last one ends it.
  transport::Task<void> leave() {
    --uses_;
    if (uses_ > 0 || !process_) co_return;
    const auto process = std::exchange(process_, nullptr);
    const auto changing = std::make_shared<transport::Event>(loop_);
    changing_ = changing;
    co_await process->stop();
    changing_.reset();
    changing->set();
  }

  /// One that used it has noticed that it has gone by itself.
  void lost() { --uses_; }

 private:
  transport::Loop& loop_;
  std::function<Reply()> start_;
  std::shared_ptr<Process> process_;
  std::shared_ptr<transport::Event> changing_;  // it is being started or stopped
  std::size_t uses_ = 0;
};

}  // namespace tine::executor
