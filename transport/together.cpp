#include "transport/together.h"

#include <memory>
#include <utility>

#include "transport/event.h"

namespace tine::transport {
namespace {

/// Sets the event when the last copy goes.
class LastOne {
 public:
  explicit LastOne(std::shared_ptr<Event> ended) : ended_(std::move(ended)) {}
  ~LastOne() { ended_->set(); }
  LastOne(const LastOne&) = delete;
  LastOne& operator=(const LastOne&) = delete;

 private:
  std::shared_ptr<Event> ended_;
};

Task<void> run(Task<void> task, std::shared_ptr<LastOne> /*held*/) { co_await std::move(task); }

}  // namespace

Task<void> together(Loop& loop, std::vector<Task<void>> tasks) {
  const auto ended = std::make_shared<Event>(loop);
  auto last = std::make_shared<LastOne>(ended);
  for (Task<void>& task : tasks) loop.spawn(run(std::move(task), last));
  last.reset();
  co_await ended->wait();
}

}  // namespace tine::transport
