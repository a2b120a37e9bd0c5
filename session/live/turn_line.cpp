#include "session/live/turn_line.h"

namespace tine::session {

transport::Task<std::unique_ptr<TurnLine::Place>> TurnLine::take(transport::CancelSource cancel,
                                                                 std::function<void()> on_wait) {
  if (cancel.cancelled()) co_return nullptr;
  if (line_.empty() && !is_full()) co_return std::make_unique<Place>(*this);
  const auto called = std::make_shared<transport::Event>(loop_);
  line_.push_back(called);
  const std::shared_ptr<void> leaves(nullptr, [this, called](void*) {
    std::erase(line_, called);
    call_next();
  });
  on_wait();
  const auto subscription = cancel.on_cancel([called] { called->set(); });
  while (!cancel.cancelled() && (line_.front() != called || is_full())) {
    called->reset();
    co_await called->wait();
  }
  if (cancel.cancelled()) co_return nullptr;
  co_return std::make_unique<Place>(*this);
}

void TurnLine::call_next() {
  if (!line_.empty()) line_.front()->set();
}

}  // namespace tine::session
