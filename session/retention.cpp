#include "session/retention.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "session/limits.h"
#include "session/store/lock.h"

namespace tine::session {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

bool is_listed(const store::IndexEntry& entry) { return entry.prompted && !entry.deleted; }

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
  Connections connections(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
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

bool Retention::in_use(const store::IndexEntry& entry) const {
  if (service_.find(entry.id)) return true;
  const auto folder = library_.store.open(entry);
  return folder && store::Lock::may_be_open_elsewhere(*folder);
}

transport::Task<std::vector<std::int64_t>> Retention::measure(std::vector<store::Folder> folders) {
  struct Job {
    std::vector<store::Folder> folders;
    std::vector<std::int64_t> bytes;
  };
  const auto job = std::make_shared<Job>();
  job->folders = std::move(folders);
  std::function<void()> work = [job] {
    for (const store::Folder& each : job->folders) job->bytes.push_back(each.bytes());
  };
  co_await worker_.run(std::move(work));
  co_return job->bytes;
}

transport::Task<Result<RetentionPlan>> Retention::plan(RetentionLimits bounds,
                                                       transport::CancelSource cancel) {
  const auto entries = library_.store.all();
  if (!entries) co_return fail(entries.error());
  std::vector<Family> families = families_of(*entries);
  std::size_t looked_at = 0;
  for (Family& family : families) {
    std::size_t next = 0;
    while (next < family.members.size()) {
      std::vector<store::Folder> folders;
      for (; next < family.members.size() && folders.size() < limits::retention_slice; ++next) {
        const store::IndexEntry& entry = family.members[next];
        // Without limits only what is not listed can go.
        if (!bounds.any() && family.listed) continue;
        family.in_use = family.in_use || in_use(entry);
        auto folder = library_.store.open(entry);
        if (folder && bounds.any()) folders.push_back(std::move(*folder));
      }
      if (!folders.empty()) {
        const auto sizes = co_await measure(std::move(folders));
        for (const std::int64_t bytes : sizes) family.bytes += bytes;
      }
      if (++looked_at % limits::retention_slice == 0) co_await transport::yield(library_.loop);
      if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the cleaning was cancelled");
    }
  }
  co_return plan_retention(std::move(families), bounds, library_.env.wall_ms());
}

/// Whether nobody has used the family, or forked from it, since it was looked at.
bool Retention::is_as_planned(const Family& family) const {
  const auto now = library_.store.all();
  if (!now) return false;
  const auto is_member = [&](const std::string& id) {
    return std::any_of(family.members.begin(), family.members.end(),
                       [&](const store::IndexEntry& each) { return each.id == id; });
  };
  for (const store::IndexEntry& each : *now) {
    const bool belongs = is_member(each.id);
    if (!belongs && !each.parent.empty() && is_member(each.parent)) return false;
    if (belongs && is_listed(each) && each.updated_ms > family.last_used_ms) return false;
  }
  return std::none_of(family.members.begin(), family.members.end(),
                      [this](const store::IndexEntry& each) { return in_use(each); });
}

transport::Task<Result<bool>> Retention::remove(Family family) {
  if (!is_as_planned(family)) co_return false;
  std::vector<store::Lock> locks;
  const store::Holder me = store::this_process(library_.env, "the session is removed");
  for (const store::IndexEntry& each : family.members) {
    const auto folder = library_.store.open(each);
    if (!folder) continue;
    auto lock = store::Lock::take(*folder, me);
    if (!lock && lock.error().kind == ErrorKind::session_locked) co_return false;
    if (lock) locks.push_back(std::move(*lock));
  }
  for (const store::IndexEntry& each : family.members) {
    const auto state = library_.store.read_state(each);
    auto hidden = library_.store.hide(each);
    // A full disk is a good reason to go on: the locks keep everybody away until the files are
    // gone.
    if (!hidden && hidden.error().kind != ErrorKind::storage_full)
      co_return fail(std::move(hidden.error()));
    if (state) service_.forget_conversation(*state);
  }
  for (const store::IndexEntry& each : family.members) {
    auto found = library_.store.neighbours(each);
    if (found) {
      const auto done = std::make_shared<Result<void>>();
      const auto folder = std::make_shared<store::Folder>(std::move(*found));
      const std::string id = each.id;
      std::function<void()> work = [done, folder, id] { *done = folder->remove_folder(id); };
      co_await worker_.run(std::move(work));
      if (!*done) co_return fail(done->error());
    }
    auto told = library_.store.forget(each);
    if (!told) co_return fail(std::move(told.error()));
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

transport::Task<void> apply_policy_once(SessionService& service, transport::Worker& worker) {
  const Library library = service.library();
  co_await service.first_opened().wait();
  co_await transport::pause(library.loop, limits::retention_delay);
  Retention retention(service, worker);
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
