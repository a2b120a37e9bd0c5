#pragma once
// Carries "stop" from whoever may say it to whatever is under way. One source for each unit of work
// (a turn, a request); it fires at most once. Copies are the same source.
//
// Lives on the loop's thread. Callbacks run inside cancel(), in the order of subscription, and must
// not throw. A subscription may outlive its source.

#include <functional>
#include <list>
#include <memory>

namespace tine::transport {

class CancelSource {
  struct State {
    bool cancelled = false;
    std::list<std::function<void()>> callbacks;
  };

 public:
  /// Ends the subscription when it goes out of scope.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription() { drop(); }

   private:
    friend class CancelSource;
    using Place = std::list<std::function<void()>>::iterator;
    Subscription(std::weak_ptr<State> state, Place place)
        : state_(std::move(state)), place_(place) {}
    void drop();
    std::weak_ptr<State> state_;
    Place place_;
  };

  CancelSource() : state_(std::make_shared<State>()) {}

  bool cancelled() const { return state_->cancelled; }
  void cancel();
  /// Calls `callback` when cancelled: at once, when that has happened already.
  [[nodiscard]] Subscription on_cancel(std::function<void()> callback);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tine::transport
