#include "session/memory/task_graph.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <utility>

#include "session/memory/limits.h"
#include "session/memory/short_ids.h"

namespace tine::session {
namespace {

constexpr std::array<std::string_view, 4> status_names{"open", "active", "done", "dropped"};

std::string told(const Task& task) { return "\"" + task.title + "\""; }

Error no_such_task() { return {ErrorKind::invalid_params, "no such task"}; }

/// Of those tasks each needs the next one.
Error a_circle(const std::vector<const Task*>& way) {
  std::string text;
  std::size_t steps = 0;
  for (const Task* each : way) {
    const bool is_shown = ++steps < limits::shown_circle || each == way.back();
    if (!is_shown && steps > limits::shown_circle) continue;
    text += (text.empty() ? "" : " needs ") + (is_shown ? told(*each) : "…");
  }
  return Error(ErrorKind::invalid_params, "that would be a circle: " + text)
      .with_hint("Take one of these links away: tine tasks unlink.");
}

}  // namespace

std::string_view name_of(TaskStatus status) {
  return status_names.at(static_cast<std::size_t>(status));
}

std::optional<TaskStatus> task_status_named(std::string_view name) {
  const auto* const found = std::find(status_names.begin(), status_names.end(), name);
  if (found == status_names.end()) return std::nullopt;
  return static_cast<TaskStatus>(found - status_names.begin());
}

bool is_over(TaskStatus status) {
  return status == TaskStatus::done || status == TaskStatus::dropped;
}

std::string title_key(std::string_view title) {
  std::string key;
  for (const char c : title) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && (key.empty() || key.back() == ' ')) continue;
    const bool upper = c >= 'A' && c <= 'Z';
    key += blank ? ' ' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!key.empty() && (key.back() == ' ' || key.back() == '.')) key.pop_back();
  return key;
}

Result<std::string> TaskGraph::find(std::string_view named) const {
  const std::string part = typed_id(named);
  if (!part.empty()) {
    std::vector<std::string> found;
    for (const auto& [id, task] : tasks_)
      if (is_named_by(id, part)) found.push_back(id);
    if (found.size() == 1) return found.front();
    if (found.size() > 1) {
      std::string all;
      for (const std::string& id : found) all += "\n  " + id + "  " + tasks_.at(id).title;
      return fail(Error(ErrorKind::invalid_params, "more than one task has an id like that:" + all)
                      .with_hint("Give more letters of the id."));
    }
  }
  if (const auto titled = by_title_.find(title_key(named)); titled != by_title_.end())
    return titled->second.back();
  return fail(Error(ErrorKind::invalid_params, "no task has this id or title")
                  .with_hint("`tine tasks list --all` shows all of them."));
}

std::size_t TaskGraph::letters_of_ids() const {
  std::vector<std::string_view> ids;
  ids.reserve(tasks_.size());
  for (const auto& [id, task] : tasks_) ids.push_back(id);
  return telling_letters(ids);
}

Result<void> TaskGraph::add(Task task) {
  constexpr const char* blanks = " \t\r\n";
  task.title.erase(task.title.find_last_not_of(blanks) + 1);
  task.title.erase(0, task.title.find_first_not_of(blanks));
  const std::string key = title_key(task.title);
  if (key.empty()) return fail(ErrorKind::invalid_params, "a task needs a title");
  if (task.title.size() > limits::task_title) {
    return fail(ErrorKind::invalid_params,
                "the title of a task has at most " + std::to_string(limits::task_title) + " bytes");
  }
  if (tasks_.size() >= limits::tasks) {
    return fail(Error(ErrorKind::queue_full, "the project has " + std::to_string(limits::tasks) +
                                                 " tasks, and takes no more")
                    .with_hint("Remove tasks that are over: tine tasks clear."));
  }
  const std::string id = task.id;
  if (!tasks_.emplace(id, std::move(task)).second)
    return fail(ErrorKind::invalid_params, "there is a task with the id " + id + " already");
  auto& titled = by_title_[key];
  titled.insert(std::lower_bound(titled.begin(), titled.end(), id), id);
  return {};
}

std::vector<std::string> TaskGraph::way(const std::string& from, const std::string& to) const {
  std::map<std::string, std::string> came_from{{from, std::string()}};
  std::vector<std::string> next{from};
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (next[i] == to) {
      std::vector<std::string> out;
      for (std::string at = to; !at.empty(); at = came_from.at(at)) out.push_back(at);
      std::reverse(out.begin(), out.end());
      return out;
    }
    const auto task = tasks_.find(next[i]);
    if (task == tasks_.end()) continue;
    for (const std::string& needed : task->second.needs)
      if (came_from.emplace(needed, next[i]).second) next.push_back(needed);
  }
  return {};
}

Result<void> TaskGraph::link(const std::string& id, const std::string& needed) {
  const auto task = tasks_.find(id);
  if (task == tasks_.end() || !tasks_.contains(needed)) return fail(no_such_task());
  if (const auto circle = way(needed, id); !circle.empty()) {
    std::vector<const Task*> all{&task->second};
    for (const std::string& each : circle) all.push_back(&tasks_.at(each));
    return fail(a_circle(all));
  }
  auto& needs = task->second.needs;
  const auto place = std::lower_bound(needs.begin(), needs.end(), needed);
  if (place == needs.end() || *place != needed) needs.insert(place, needed);
  return {};
}

std::optional<TaskGraph::RefusedLink> TaskGraph::link_all(const std::vector<TaskLink>& links) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (!tasks_.contains(links[i].id) || !tasks_.contains(links[i].needed))
      return RefusedLink{.place = i, .error = no_such_task()};
  }
  std::map<std::string, std::vector<std::string>> before;
  for (const TaskLink& each : links) {
    auto& needs = tasks_.at(each.id).needs;
    before.try_emplace(each.id, needs);
    needs.push_back(each.needed);
  }
  for (const auto& [id, needs] : before) {
    auto& all = tasks_.at(id).needs;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  std::vector<std::string> around = circle();
  if (around.empty()) return std::nullopt;
  // The last one of its links has closed it.
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < around.size(); ++i) places[around[i]] = i;
  RefusedLink out;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto place = places.find(links[i].id);
    if (place == places.end() || around[(place->second + 1) % around.size()] != links[i].needed)
      continue;
    out.place = i;
  }
  std::rotate(around.begin(),
              around.begin() + static_cast<std::ptrdiff_t>(places.at(links[out.place].id)),
              around.end());
  std::vector<const Task*> all;
  all.reserve(around.size() + 1);
  for (const std::string& each : around) all.push_back(&tasks_.at(each));
  all.push_back(all.front());
  out.error = a_circle(all);
  for (auto& [id, needs] : before) tasks_.at(id).needs = std::move(needs);
  return out;
}

std::vector<std::string> TaskGraph::circle() const {
  std::vector<std::string> order = in_order();
  if (order.size() == tasks_.size()) return {};
  std::sort(order.begin(), order.end());
  const auto is_left = [&](const std::string& id) {
    return tasks_.contains(id) && !std::binary_search(order.begin(), order.end(), id);
  };
  // What is left needs something that is left, so this comes back to where it has been.
  const auto first = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const auto& each) { return is_left(each.first); });
  std::vector<std::string> out;
  std::map<std::string, std::size_t> places;
  for (std::string at = first->first; places.emplace(at, out.size()).second;) {
    out.push_back(at);
    const auto& needs = tasks_.at(at).needs;
    at = *std::find_if(needs.begin(), needs.end(), is_left);
    if (const auto again = places.find(at); again != places.end()) {
      out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(again->second));
      break;
    }
  }
  return out;
}

void TaskGraph::unlink(const std::string& id, const std::string& needed) {
  if (const auto task = tasks_.find(id); task != tasks_.end())
    std::erase(task->second.needs, needed);
}

bool TaskGraph::set_status(const std::string& id, TaskStatus status, std::int64_t now_ms) {
  const auto task = tasks_.find(id);
  if (task == tasks_.end() || task->second.status == status) return false;
  task->second.status = status;
  task->second.changed_ms = now_ms;
  return true;
}

bool TaskGraph::set_owner(const std::string& id, std::string_view owner, std::int64_t now_ms) {
  const auto task = tasks_.find(id);
  if (task == tasks_.end() || task->second.owner == owner) return false;
  task->second.owner = owner;
  task->second.changed_ms = now_ms;
  return true;
}

void TaskGraph::add_evidence(const std::string& id, const Evidence& evidence) {
  const auto task = tasks_.find(id);
  if (task == tasks_.end()) return;
  auto& all = task->second.evidence;
  if (std::find(all.begin(), all.end(), evidence) != all.end()) return;
  if (all.size() >= limits::task_evidence) all.erase(all.begin());
  all.push_back(evidence);
}

std::size_t TaskGraph::remove_over() {
  const std::size_t removed =
      std::erase_if(tasks_, [](const auto& each) { return is_over(each.second.status); });
  for (auto& [id, task] : tasks_)
    std::erase_if(task.needs, [&](const auto& needed) { return !tasks_.contains(needed); });
  for (auto& [title, ids] : by_title_)
    std::erase_if(ids, [&](const auto& id) { return !tasks_.contains(id); });
  std::erase_if(by_title_, [](const auto& each) { return each.second.empty(); });
  return removed;
}

std::vector<std::string> TaskGraph::ready() const {
  std::vector<std::string> out;
  for (const auto& [id, task] : tasks_) {
    if (task.status != TaskStatus::open) continue;
    const bool waits = std::any_of(task.needs.begin(), task.needs.end(), [&](const auto& needed) {
      const auto found = tasks_.find(needed);
      return found != tasks_.end() && !is_over(found->second.status);
    });
    if (!waits) out.push_back(id);
  }
  return out;
}

std::vector<std::string> TaskGraph::in_order() const {
  std::map<std::string, std::size_t> waits_for;
  std::map<std::string, std::vector<std::string>> needed_by;
  for (const auto& [id, task] : tasks_) {
    std::size_t& count = waits_for[id];
    for (const std::string& needed : task.needs) {
      if (!tasks_.contains(needed)) continue;
      ++count;
      needed_by[needed].push_back(id);
    }
  }
  std::priority_queue<std::string, std::vector<std::string>, std::greater<>> next;
  for (const auto& [id, count] : waits_for)
    if (count == 0) next.push(id);
  std::vector<std::string> out;
  while (!next.empty()) {
    out.push_back(next.top());
    next.pop();
    for (const std::string& id : needed_by[out.back()])
      if (--waits_for.at(id) == 0) next.push(id);
  }
  return out;
}

std::string TaskGraph::same(const PlanStep& step, const std::string& session) const {
  const auto titled = by_title_.find(title_key(step.title));
  if (titled == by_title_.end()) return {};
  const auto& ids = titled->second;
  const auto newest = [&](const auto& is_it) {
    const auto found = std::find_if(ids.rbegin(), ids.rend(),
                                    [&](const auto& id) { return is_it(tasks_.at(id)); });
    return found == ids.rend() ? std::string() : *found;
  };
  std::string id = newest([&](const Task& task) {
    return std::find(task.told_in.begin(), task.told_in.end(), session) != task.told_in.end();
  });
  if (id.empty()) id = newest([](const Task& task) { return !is_over(task.status); });
  // The same words again, after it was done: something else is to be done now.
  if (id.empty() && is_over(step.status)) id = ids.back();
  return id;
}

bool TaskGraph::advance(Task& task, const PlanStep& step, const PlanOrigin& from) {
  bool changed = false;
  const std::string& session = from.turn.session;
  if (task.told_in.empty() || task.told_in.back() != session) {
    std::erase(task.told_in, session);
    if (task.told_in.size() >= limits::task_evidence) task.told_in.erase(task.told_in.begin());
    task.told_in.push_back(session);
    changed = true;
  }
  // A backend may send a plan again with all steps open.
  if (step.status <= task.status) return changed;
  task.status = step.status;
  task.changed_ms = from.now_ms;
  task.owner = from.backend;
  add_evidence(task.id, from.turn);
  return true;
}

}  // namespace tine::session
