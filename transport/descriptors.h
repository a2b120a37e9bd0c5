#pragma once
// How many files this process may have open, and who may open how many of them.
//
// A share of the budget is taken before something is begun that holds descriptors for long (a turn,
// a child), so that it is refused with a reason instead of failing half-way at any system call.
// What is opened and closed in one go needs no share: the budget leaves room for it.
//
// On the loop's thread, one budget for each Loop. Shares may outlive it.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/result.h"
#include "transport/cancel.h"

namespace tine::transport {

/// Raises the soft limit of open files to the hard limit. First thing in main. Children get back
/// what this process was given.
void raise_descriptor_limit();

/// The soft limit that this process was started with.
std::uint64_t given_descriptor_limit();

/// Sets the soft limit of another process, or of this one (0). Best effort: it is never an error to
/// have another limit.
void set_descriptor_limit(int pid, std::uint64_t soft);

class Loop;

class DescriptorBudget {
  struct State;

 public:
  /// Of `limit` open files, a part is kept for what needs no share.
  explicit DescriptorBudget(std::uint64_t limit);
  /// … of this process's limit.
  DescriptorBudget();

  /// A part of the budget, given back at the end of its life. Move-only.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept
        : state_(std::move(other.state_)), count_(std::exchange(other.count_, 0)) {}
    Share& operator=(Share&& other) noexcept;
    ~Share() { give_back(); }

   private:
    friend class DescriptorBudget;
    Share(std::shared_ptr<State> state, std::size_t count);
    void give_back();
    std::shared_ptr<State> state_;
    std::size_t count_ = 0;
  };

  /// Takes a share of `count`; queue_full when less is left.
  Result<Share> take(std::size_t count);
  /// … when less is left after `time`, or when `cancel` fires: waits for others to give theirs
  /// back.
  boost::asio::awaitable<Result<Share>> take_within(Loop& loop, std::size_t count,
                                                    std::chrono::milliseconds time,
                                                    CancelSource cancel);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tine::transport
