#include "session/retention.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "session/limits.h"
#include "session/memory/remember.h"
#include "session/store/lock.h"

namespace tine::session {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

using store::is_listed;

/// Finds who belongs together, also when what the store says of parents runs in a circle.
class Connections {
 public:
  explicit Connections(std::size_t count) : up_(count) {
    for (std::size_t i = 0; i < count; ++i) up_[i] = i;
  }
  std::size_t root(std::size_t i) {
    while (up_[i] != i) i = up_[i] = up_[up_[i]];
    return i;
  }
  void connect(std::size_t a, std::size_t b) { up_[root(a)] = root(b); }

 private:
  std::vector<std::size_t> up_;
};

/// A session that is hidden was last touched when it was: that is no use of its family.
void settle(Family& family) {
  std::reverse(family.members.begin(), family.members.end());
  family.listed = std::any_of(family.members.begin(), family.members.end(), is_listed);
  for (const store::IndexEntry& each : family.members) {
    if (is_listed(each) || !family.listed)
      family.last_used_ms = std::max(family.last_used_ms, each.updated_ms);
  }
}

}  // namespace

std::vector<Family> families_of(const std::vector<store::IndexEntry>& entries) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < entries.size(); ++i) places.emplace(entries[i].id, i);
  std::set<std::string_view> forked;
  for (const store::IndexEntry& each : entries) forked.insert(each.parent);
  Connections connections(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    // A fork that was never completed is nobody's loss.
    if (!entries[i].prompted && !forked.contains(entries[i].id)) continue;
    const auto parent = places.find(entries[i].parent);
    if (parent != places.end()) connections.connect(i, parent->second);
  }
  std::map<std::size_t, Family> found;
  for (std::size_t i = 0; i < entries.size(); ++i)
    found[connections.root(i)].members.push_back(entries[i]);
  std::vector<Family> families;
  for (auto& [root, family] : found) {
    settle(family);
    families.push_back(std::move(family));
  }
  return families;
}

RetentionLimits limits_of(const Policy& policy) {
  return {.days = policy.retention_days, .total_bytes = policy.max_total_bytes};
}

std::string_view text_of(Reason reason) {
  switch (reason) {
    case Reason::unlisted:
      return "never had a prompt, or was deleted";
    case Reason::age:
      return "not used for longer than sessions are kept";
    case Reason::total:
      return "all sessions together are larger than allowed";
  }
  return {};
}

RetentionPlan plan_retention(std::vector<Family> families, RetentionLimits bounds,
                             std::int64_t now_ms) {
  std::stable_sort(families.begin(), families.end(), [](const Family& a, const Family& b) {
    return a.last_used_ms < b.last_used_ms;
  });
  RetentionPlan plan;
  for (const Family& each : families) plan.kept_bytes += each.bytes;
  const auto take = [&](Family& family, Reason reason) {
    plan.bytes += family.bytes;
    plan.kept_bytes -= family.bytes;
    plan.removals.push_back({std::move(family), reason});
  };

  constexpr std::int64_t unlisted_ms = std::chrono::milliseconds(limits::unlisted_age).count();
  std::vector<Family> left;
  for (Family& each : families) {
    const std::int64_t age = now_ms - each.last_used_ms;
    if (each.in_use) continue;
    if (!each.listed) {
      if (age > unlisted_ms) take(each, Reason::unlisted);
    } else if (bounds.days > 0 && age / day_ms >= bounds.days) {
      take(each, Reason::age);
    } else {
      left.push_back(std::move(each));
    }
  }
  for (Family& each : left) {
    if (bounds.total_bytes <= 0 || plan.kept_bytes <= bounds.total_bytes) break;
    take(each, Reason::total);
  }
  return plan;
}

/// Whether there is no such session any more. One that is there and cannot be opened (a link, a
/// folder of another user) is not ours to remove.
bool Retention::is_gone(const store::IndexEntry& entry) const {
  const auto found = library_.store.find_any(entry.id);
  return !found && found.error().kind == ErrorKind::session_not_found;
}

/// Asks for several sessions at once, on the worker's thread: whether another process has one open,
/// and with `measured` how large they are.
transport::Task<Retention::Look> Retention::look(std::vector<store::IndexEntry> entries,
                                                 bool measured) {
  const auto folders = std::make_shared<std::vector<store::Folder>>();
  const auto seen = std::make_shared<Look>();
  for (const store::IndexEntry& each : entries) {
    seen->in_use = seen->in_use || service_.find(each.id).has_value();
    if (auto folder = library_.store.open(each)) {
      folders->push_back(std::move(*folder));
    } else {
      seen->in_use = seen->in_use || !is_gone(each);
    }
  }
  std::function<void()> work = [folders, seen, measured] {
    for (const store::Folder& each : *folders) {
      seen->in_use = seen->in_use || store::Lock::may_be_open_elsewhere(each);
      if (measured) seen->bytes += each.bytes();
    }
  };
  co_await library_.store.worker().run(std::move(work));
  co_return *seen;
}

transport::Task<Result<RetentionPlan>> Retention::plan(RetentionLimits bounds,
                                                       transport::CancelSource cancel) {
  const auto families = std::make_shared<std::vector<Family>>();
  std::function<void(const store::Index&)> see = [families](const store::Index& index) {
    std::vector<store::IndexEntry> entries;
    entries.reserve(index.entries().size());
    for (const auto& [id, entry] : index.entries()) entries.push_back(entry);
    *families = families_of(entries);
  };
  auto read = co_await library_.store.read(std::move(see));
  if (!read) co_return fail(std::move(read.error()));
  std::size_t passed = 0;
  for (Family& family : *families) {
    if (++passed % limits::retention_slice == 0) co_await transport::yield(library_.loop);
    if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the cleaning was cancelled");
    // Without limits only what is not listed can go.
    if (!bounds.any() && family.listed) continue;
    for (std::size_t next = 0; next < family.members.size(); next += limits::retention_slice) {
      const std::size_t end = std::min(next + limits::retention_slice, family.members.size());
      const std::vector<store::IndexEntry> some(
          family.members.begin() + static_cast<std::ptrdiff_t>(next),
          family.members.begin() + static_cast<std::ptrdiff_t>(end));
      const Look seen = co_await look(some, bounds.any());
      family.in_use = family.in_use || seen.in_use;
      family.bytes += seen.bytes;
    }
  }
  const auto plan = std::make_shared<RetentionPlan>();
  const std::int64_t now_ms = library_.env.wall_ms();
  std::function<void()> work = [plan, families, bounds, now_ms] {
    *plan = plan_retention(std::move(*families), bounds, now_ms);
  };
  co_await library_.store.worker().run(std::move(work));
  co_return std::move(*plan);
}

/// Whether nobody has used the family, or forked from it, since it was looked at.
transport::Task<Result<bool>> Retention::is_as_planned(Family family) {
  for (const store::IndexEntry& each : family.members) {
    if (service_.find(each.id)) co_return false;
  }
  const auto same = std::make_shared<bool>(true);
  std::function<void(const store::Index&)> see = [same, family](const store::Index& index) {
    std::set<std::string_view> members;
    for (const store::IndexEntry& each : family.members) members.insert(each.id);
    for (const store::IndexEntry& each : family.members) {
      const auto now = index.entries().find(each.id);
      if (now == index.entries().end()) continue;
      if (is_listed(now->second) && now->second.updated_ms > family.last_used_ms) *same = false;
      for (const std::string& fork : index.forks_of(each.id)) {
        if (!members.contains(fork)) *same = false;
      }
    }
  };
  auto read = co_await library_.store.read(std::move(see));
  if (!read) co_return fail(std::move(read.error()));
  co_return *same;
}

transport::Task<Result<bool>> Retention::remove(Family family) {
  std::vector<store::Lock> locks;
  const store::Holder me = store::this_process(library_.env, "the session is removed");
  for (const store::IndexEntry& each : family.members) {
    if (service_.find(each.id)) co_return false;
    const auto folder = library_.store.open(each);
    if (!folder && !is_gone(each)) co_return false;
    if (!folder) continue;
    if (store::Lock::may_be_open_elsewhere(*folder)) co_return false;
    auto lock = store::Lock::take(*folder, me);
    if (!lock && lock.error().kind == ErrorKind::session_locked) co_return false;
    if (lock) locks.push_back(std::move(*lock));
  }
  const auto same = co_await is_as_planned(family);
  if (!same || !*same) co_return same;
  for (const store::IndexEntry& each : family.members) {
    const auto state = library_.store.read_state(each);
    auto hidden = library_.store.hide(each);
    // A full disk is a good reason to go on: the locks keep everybody away until the files are
    // gone.
    if (!hidden && hidden.error().kind != ErrorKind::storage_full)
      co_return fail(std::move(hidden.error()));
    if (!state) continue;
    service_.forget_conversation(*state);
    co_await forget_session(library_, *state);
  }
  // The newest first: no fork is left without its parent, wherever this ends.
  for (const store::IndexEntry& each : family.members) {
    const auto removed = co_await library_.store.remove_files(each);
    if (!removed || !*removed) co_return removed;
  }
  co_return true;
}

transport::Task<Result<Retention::Outcome>> Retention::carry_out(RetentionPlan plan,
                                                                 transport::CancelSource cancel) {
  Outcome outcome;
  for (Removal& each : plan.removals) {
    if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the cleaning was cancelled");
    const auto removed = co_await remove(each.family);
    if (!removed) co_return fail(removed.error());
    if (*removed) {
      outcome.sessions += each.family.members.size();
      outcome.bytes += each.family.bytes;
    } else {
      outcome.spared.push_back(std::move(each.family));
    }
    co_await transport::yield(library_.loop);
  }
  co_return outcome;
}

transport::Task<void> apply_policy_once(SessionService& service) {
  const Library library = service.library();
  co_await service.first_opened().wait();
  co_await transport::pause(library.loop, limits::retention_delay);
  Retention retention(service);
  const transport::CancelSource never;
  const RetentionLimits bounds = limits_of(library.policy);
  auto plan = co_await retention.plan(bounds, never);
  if (!plan) {
    library.log.warning("the store could not be looked through: " + plan.error().message);
    co_return;
  }
  const auto outcome = co_await retention.carry_out(std::move(*plan), never);
  if (!outcome) {
    library.log.warning("a session could not be removed: " + outcome.error().message);
  } else if (outcome->sessions > 0) {
    library.log.info("removed " + std::to_string(outcome->sessions) +
                     " sessions, as the configuration wants it");
  }
}

}  // namespace tine::session
