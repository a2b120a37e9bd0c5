#include "executor/claude/plan.h"

#include <algorithm>
#include <utility>

namespace tine::executor::claude {
namespace {

v1::PlanEntry::Status status_of(json::View status) {
  if (status.equals("in_progress")) return v1::PlanEntry::Status::in_progress;
  if (status.equals("completed")) return v1::PlanEntry::Status::completed;
  return v1::PlanEntry::Status::pending;
}

}  // namespace

void Plan::called(json::View tool_use) {
  std::string tool = text_in(tool_use, "name");
  for (const std::string_view known : {"TodoWrite", "TaskCreate", "TaskUpdate", "TaskList"}) {
    if (tool != known) continue;
    open_[text_in(tool_use, "id")] = {.tool = std::move(tool),
                                      .subject = text_in(tool_use.find("input"), "subject")};
    return;
  }
}

std::optional<Plan::Entries> Plan::returned(json::View tool_result, json::View tool_use_result) {
  const auto found = open_.find(text_in(tool_result, "tool_use_id"));
  if (found == open_.end()) return std::nullopt;
  const Call call = std::move(found->second);
  open_.erase(found);
  bool changed = false;
  if (call.tool == "TodoWrite") changed = replace(tool_use_result.find("newTodos"), "content");
  if (call.tool == "TaskCreate") changed = create(tool_use_result.find("task"));
  if (call.tool == "TaskUpdate") changed = update(call, tool_use_result);
  if (call.tool == "TaskList") changed = replace(tool_use_result.find("tasks"), "subject");
  if (!changed) return std::nullopt;
  return entries();
}

bool Plan::create(json::View task) {
  if (!task.is_object()) return false;
  tasks_.push_back({.id = text_in(task, "id"), .entry = {}});
  tasks_.back().entry.content = text_in(task, "subject");
  return true;
}

/// A task that an earlier process has made is not known before all are listed.
bool Plan::update(const Call& call, json::View given) {
  const std::string id = text_in(given, "taskId");
  const auto task =
      std::find_if(tasks_.begin(), tasks_.end(), [&id](const Task& each) { return each.id == id; });
  if (task == tasks_.end() || !given.find("success").boolean().value_or(false)) return false;
  const json::View status = given.find("statusChange").find("to");
  if (status.equals("deleted")) {
    tasks_.erase(task);
    return true;
  }
  if (status.is_string()) task->entry.status = status_of(status);
  if (!call.subject.empty()) task->entry.content = call.subject;
  return true;
}

bool Plan::replace(json::View tasks, std::string_view name_of_text) {
  if (!tasks.is_array()) return false;
  tasks_.clear();
  for (const json::View each : tasks.elements()) {
    tasks_.push_back({.id = text_in(each, "id"), .entry = {}});
    tasks_.back().entry.content = text_in(each, name_of_text);
    tasks_.back().entry.status = status_of(each.find("status"));
  }
  return true;
}

Plan::Entries Plan::entries() const {
  Entries out;
  out.reserve(tasks_.size());
  for (const Task& each : tasks_) out.push_back(each.entry);
  return out;
}

}  // namespace tine::executor::claude
