#pragma once
// What of the store has to go: a plan is made from what was gathered, then carried out. Sessions go
// by whole families, all that forking connects, the one least recently used first; never one of
// which any session is in use.
//
// Made where it is needed, on the loop's thread; what it is given outlives it. Walking folders is
// left to the worker.

#include <cstdint>
#include <string_view>
#include <vector>

#include "session/policy.h"
#include "session/service.h"
#include "transport/cancel.h"
#include "transport/worker.h"

namespace tine::session {

/// Sessions that forks connect, the newest one first, so that none ever lacks its parent.
struct Family {
  std::vector<store::IndexEntry> members;
  std::int64_t bytes = 0;
  std::int64_t last_used_ms = 0;
  bool listed = false;  ///< whether any is one that a list shows
  bool in_use = false;
};

/// Families by their connections alone: neither measured nor looked at.
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
  Retention(SessionService& service, transport::Worker& worker)
      : service_(service), worker_(worker), library_(service.library()) {}

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
  bool in_use(const store::IndexEntry& entry) const;
  transport::Task<std::vector<std::int64_t>> measure(std::vector<store::Folder> folders);
  bool is_as_planned(const Family& family) const;
  /// False: the family is in use now.
  transport::Task<Result<bool>> remove(Family family);

  SessionService& service_;
  transport::Worker& worker_;
  Library library_;
};

/// What a server does once: some time after the first session was opened it applies the policy.
transport::Task<void> apply_policy_once(SessionService& service, transport::Worker& worker);

}  // namespace tine::session
