#pragma once
// The requests of the other side that are being served: how many, how to cancel them, and how to
// wait for the last one.
//
// Owned by one end of a connection, on the loop's thread. Tickets may outlive it.

#include <cstddef>
#include <list>
#include <memory>

#include "transport/cancel.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::v1 {

class InFlight {
  using Sources = std::list<transport::CancelSource>;
  struct State {
    explicit State(transport::Loop& loop) : idle(loop) { idle.set(); }
    Sources open;
    transport::Event idle;
  };

 public:
  explicit InFlight(transport::Loop& loop) : state_(std::make_shared<State>(loop)) {}

  /// One piece of work, for as long as the ticket lives. Move-only.
  class Ticket {
   public:
    Ticket(InFlight& home, transport::CancelSource cancel);
    Ticket(Ticket&& other) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    std::shared_ptr<State> state_;
    Sources::iterator place_;
  };

  std::size_t count() const { return state_->open.size(); }
  void cancel_all();
  transport::Task<void> idle();
  /// False when `time` passed first.
  transport::Task<bool> idle_within(transport::Milliseconds time);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tine::v1
