#pragma once
// What is to be done in a project: tasks, and which of them need which others first. Tasks come
// from the plans of any backend and from persons, and outlive the sessions in which they came up.
//
// A value; no task is ever needed by itself, however long the way around. On any thread.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tine::session {

enum class TaskStatus : std::uint8_t { open, active, done, dropped };

std::string_view name_of(TaskStatus status);
std::optional<TaskStatus> task_status_named(std::string_view name);
/// Whether nothing is left to do.
bool is_over(TaskStatus status);

/// What shows that a task was worked on.
struct Evidence {
  std::string session;
  std::uint64_t turn = 0;
  std::string commit;  ///< empty: none was made
  bool operator==(const Evidence&) const = default;
};

struct Task {
  std::string id;
  std::string title;
  TaskStatus status = TaskStatus::open;
  std::string owner;                 ///< the backend or the person that has it; empty: nobody
  std::string target;                ///< the commit or branch that it is for; empty: none
  std::vector<std::string> needs;    ///< ids, sorted
  std::vector<Evidence> evidence;    ///< the oldest first
  std::vector<std::string> told_in;  ///< the sessions whose plans name it, the newest last
  std::int64_t made_ms = 0;
  std::int64_t changed_ms = 0;
  std::string more;  ///< members of the file that this version does not know, as `"name":value,…`
  bool operator==(const Task&) const = default;
};

/// A task, and another one that it needs first.
struct TaskLink {
  std::string id;
  std::string needed;
};

/// A step of a plan, as a backend tells it.
struct PlanStep {
  std::string title;
  TaskStatus status = TaskStatus::open;
};

/// Where a plan comes from.
struct PlanOrigin {
  std::string backend;
  Evidence turn;
  std::int64_t now_ms = 0;
};

class TaskGraph {
 public:
  /// By id, so the oldest first.
  const std::map<std::string, Task>& tasks() const { return tasks_; }

  /// The one task whose id begins or ends so, or the newest whose title is that.
  Result<std::string> find(std::string_view named) const;
  /// As many of the last letters as tell all ids apart: those that were made at the same time begin
  /// alike.
  std::size_t letters_of_ids() const;

  /// Refuses an id that is there, an empty title, and more tasks than limits::tasks.
  Result<void> add(Task task);
  /// `id` cannot begin before `needed` is over. Refuses a circle, and names its way.
  Result<void> link(const std::string& id, const std::string& needed);
  /// One of many links that cannot be, by its place among them, and why.
  struct RefusedLink {
    std::size_t place = 0;
    Error error;
  };
  /// The same of many links with one look at all of them. When one of them cannot be, none counts.
  std::optional<RefusedLink> link_all(const std::vector<TaskLink>& links);
  void unlink(const std::string& id, const std::string& needed);
  /// False: it is so already.
  bool set_status(const std::string& id, TaskStatus status, std::int64_t now_ms);
  bool set_owner(const std::string& id, std::string_view owner, std::int64_t now_ms);
  void add_evidence(const std::string& id, const Evidence& evidence);
  /// Takes out the tasks that are over; how many.
  std::size_t remove_over();

  /// Those that can be begun: open, and all that they need is over.
  std::vector<std::string> ready() const;
  /// All of them; what is needed comes before what needs it, else the oldest first.
  std::vector<std::string> in_order() const;

  /// Takes over what a plan says. A step is the task of that title, whatever its case and blanks,
  /// that its session has told of before, else one that is not over yet; else it is a new one.
  /// Tasks of which the plan says nothing stay as they are, so an empty plan changes nothing; what
  /// has begun has begun, and what is over stays over. `next_id` makes the ids of new tasks.
  /// Whether anything has changed.
  template <class NextId>
  bool fold(std::span<const PlanStep> plan, const PlanOrigin& from, NextId next_id);

 private:
  /// The way from one task to another along what they need, both included; empty: there is none.
  std::vector<std::string> way(const std::string& from, const std::string& to) const;
  /// Tasks of which each needs the next one, and the last the first; empty: there are none.
  std::vector<std::string> circle() const;
  /// The task that a step of that title is; empty: none.
  std::string same(const PlanStep& step, const std::string& session) const;
  bool advance(Task& task, const PlanStep& step, const PlanOrigin& from);

  std::map<std::string, Task> tasks_;
  std::map<std::string, std::vector<std::string>> by_title_;  // from title_key() to sorted ids
};

/// A title without what may differ between two ways to write the same.
std::string title_key(std::string_view title);

template <class NextId>
bool TaskGraph::fold(std::span<const PlanStep> plan, const PlanOrigin& from, NextId next_id) {
  bool changed = false;
  for (const PlanStep& step : plan) {
    if (title_key(step.title).empty()) continue;
    std::string id = same(step, from.turn.session);
    if (id.empty()) {
      Task task;
      task.id = id = next_id();
      task.title = step.title;
      task.made_ms = task.changed_ms = from.now_ms;
      if (!add(std::move(task))) continue;
      changed = true;
    }
    changed |= advance(tasks_.at(id), step, from);
  }
  return changed;
}

}  // namespace tine::session
