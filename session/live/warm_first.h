#pragma once
// Lets one go ahead of several forks of one parent that are prompted at once while the provider's
// cache lacks their past: that one pays for putting it there, and the others, which wait for its
// first sign of life, read it. Knows when the provider has last read a past, as far as this process
// was there.
//
// One per process, on the loop's thread; outlives the sessions.

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "session/limits.h"
#include "transport/cancel.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::session {

class WarmFirst {
 public:
  /// What forks of one parent at one point have in common.
  struct Past {
    std::string backend;
    std::string parent;
    std::uint64_t seq = 0;
    std::strong_ordering operator<=>(const Past&) const = default;
  };

  /// `patience`: how long forks wait at the most.
  WarmFirst(transport::Loop& loop, Env& env,
            std::chrono::milliseconds patience = limits::warm_patience)
      : loop_(loop), env_(env), patience_(patience) {}
  WarmFirst(const WarmFirst&) = delete;
  WarmFirst& operator=(const WarmFirst&) = delete;

  /// The provider has read the past at that time, in milliseconds since 1970.
  void note(const Past& past, std::int64_t wall_ms);
  /// When it has last; none: not known here.
  std::optional<std::int64_t> last_read(const Past& past) const;

  /// The one that goes ahead, until it is let go.
  class Lead {
   public:
    Lead(WarmFirst& all, Past past);
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;
    /// Wakes those that wait. Without a sign before, one of them goes ahead next.
    ~Lead();
    /// The model has begun to answer, so its provider has cached what it can.
    void sign();

   private:
    friend class WarmFirst;
    struct Waiting {
      explicit Waiting(transport::Loop& loop) : woken(loop) {}
      transport::Event woken;
      bool may_go = false;
    };
    void wake(bool may_go);
    WarmFirst& all_;
    Past past_;
    bool is_over_ = false;
    std::vector<std::shared_ptr<Waiting>> waiting_;
  };

  /// Returns when a prompt that begins with the past may be sent: at once while the cache has it,
  /// else behind the one that goes ahead, but no later than its patience allows, or at the cancel.
  /// Who gets a lead is to go ahead, and keeps it until the turn is over. `on_wait` is called
  /// before it waits.
  transport::Task<std::shared_ptr<Lead>> turn(Past past, std::chrono::milliseconds lifetime,
                                              transport::CancelSource cancel,
                                              std::function<void()> on_wait);

 private:
  bool is_warm(const Past& past, std::chrono::milliseconds lifetime) const;

  transport::Loop& loop_;
  Env& env_;
  std::chrono::milliseconds patience_;
  std::map<Past, std::int64_t> read_;
  std::map<Past, Lead*> leads_;  // that are not over
};

}  // namespace tine::session
