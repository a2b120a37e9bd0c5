#pragma once
// What of the store has to go: a plan is made from what was gathered, then carried out. Sessions go
// by whole families, all that forking connects, the one least recently used first; never one of
// which any session is in use.
//
// Made where it is needed, on the loop's thread; what it is given outlives it. What grows with the
// number of sessions is left to the store's worker.

#include <cstdint>
#include <string_view>
#include <vector>

#include "session/policy.h"
#include "session/service.h"
#include "transport/cancel.h"

namespace tine::session {

/// Sessions that forks connect, the newest one first, so that none ever lacks its parent.
struct Family {
  std::vector<store::IndexEntry> members;
  std::int64_t bytes = 0;
  std::int64_t last_used_ms = 0;
  bool listed = false;  ///< whether any is one that a list shows
  bool in_use = false;
};

/// Families by their connections alone: neither measured nor looked at. A fork that was never
/// completed, and has no forks, is a family of its own.
std::vector<Family> families_of(const std::vector<store::IndexEntry>& entries);

/// 0: no limit.
struct RetentionLimits {
  std::int64_t days = 0;
  std::int64_t total_bytes = 0;

  bool any() const { return days > 0 || total_bytes > 0; }
};
RetentionLimits limits_of(const Policy& policy);

enum class Reason : std::uint8_t { unlisted, age, total };
/// "not used for longer than the days that sessions are kept"
std::string_view text_of(Reason reason);

struct Removal {
  Family family;
  Reason reason = Reason::age;
};
struct RetentionPlan {
  std::vector<Removal> removals;  ///< in the order in which they go
  std::int64_t bytes = 0;         ///< that they free
  std::int64_t kept_bytes = 0;
};
RetentionPlan plan_retention(std::vector<Family> families, RetentionLimits bounds,
                             std::int64_t now_ms);

class Retention {
 public:
  explicit Retention(SessionService& service) : service_(service), library_(service.library()) {}

  /// Without limits nothing is measured: only what is not listed goes then.
  transport::Task<Result<RetentionPlan>> plan(RetentionLimits bounds,
                                              transport::CancelSource cancel);

  struct Outcome {
    std::size_t sessions = 0;
    std::int64_t bytes = 0;
    std::vector<Family> spared;  ///< used or forked since the plan was made
  };
  /// Stops at what cannot be removed.
  transport::Task<Result<Outcome>> carry_out(RetentionPlan plan, transport::CancelSource cancel);

 private:
  struct Look {
    bool in_use = false;
    std::int64_t bytes = 0;
  };
  bool is_gone(const store::IndexEntry& entry) const;
  transport::Task<Look> look(std::vector<store::IndexEntry> entries, bool measured);
  transport::Task<Result<bool>> is_as_planned(Family family);
  /// False: the family is in use now.
  transport::Task<Result<bool>> remove(Family family);

  SessionService& service_;
  Library library_;
};

/// What a server does once: some time after the first session was opened it applies the policy.
transport::Task<void> apply_policy_once(SessionService& service);

}  // namespace tine::session
