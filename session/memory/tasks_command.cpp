#include "session/memory/tasks_command.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ulid.h"
#include "base/visible.h"
#include "session/memory/limits.h"
#include "session/memory/memory_file.h"
#include "session/memory/remember.h"
#include "transport/worker.h"

namespace tine::session {
namespace {

constexpr std::string_view blanks = " \t\r\n";

constexpr std::string_view usage =
    "`/tine-tasks` lists the tasks of this project.\n\n"
    "- `/tine-tasks add TITLE` adds one.\n"
    "- `/tine-tasks start TASK`, `done TASK`, `drop TASK` and `reopen TASK` change one: TASK is "
    "the "
    "end of its id, or its title.";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Takes the first word.
std::string_view taken(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text = trimmed(text.substr(word.size()));
  return word;
}

std::optional<TaskStatus> status_after(std::string_view verb) {
  if (verb == "start") return TaskStatus::active;
  if (verb == "done") return TaskStatus::done;
  if (verb == "drop") return TaskStatus::dropped;
  if (verb == "reopen") return TaskStatus::open;
  return std::nullopt;
}

/// A title as part of a line of Markdown.
std::string shown(const std::string& title) {
  std::string out;
  for (const char c : visible_line(title)) {
    if (std::string_view("\\`*_[]<>#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string list_of(const TaskGraph& graph, const std::vector<std::string>& ids) {
  const std::size_t letters = graph.letters_of_ids();
  const auto name = [&](const std::string& id) {
    return "`" + id.substr(id.size() - std::min(letters, id.size())) + "`";
  };
  std::string out;
  for (const std::string& id : ids) {
    const Task& task = graph.tasks().at(id);
    out += std::string("- ") + (is_over(task.status) ? "[x] " : "[ ] ") + name(id) + " " +
           shown(task.title);
    if (task.status == TaskStatus::active) out += " (begun)";
    if (task.status == TaskStatus::dropped) out += " (dropped)";
    std::string needs;
    for (const std::string& each : task.needs)
      if (!is_over(graph.tasks().at(each).status)) needs += (needs.empty() ? "" : " ") + name(each);
    if (!needs.empty()) out += ", needs " + needs;
    out += "\n";
  }
  return out;
}

/// What is left, and what was over last, as one list.
TasksTold told(const TaskGraph& graph, const std::string& changed) {
  TasksTold out;
  std::vector<std::string> ids;
  for (const std::string& id : graph.in_order())
    if (id == changed || !is_over(graph.tasks().at(id).status)) ids.push_back(id);
  std::size_t left_out = 0;
  if (ids.size() > limits::shown_tasks) {
    left_out = ids.size() - limits::shown_tasks;
    ids.resize(limits::shown_tasks);
  }
  if (ids.empty()) {
    out.text = graph.tasks().empty()
                   ? "This project has no tasks. `/tine-tasks add TITLE` makes one."
                   : "Nothing is left to do in this project.";
    return out;
  }
  out.text = list_of(graph, ids);
  if (left_out > 0) out.text += "\n… and " + std::to_string(left_out) + " more: `tine tasks`\n";
  for (const std::string& id : ids) {
    const Task& task = graph.tasks().at(id);
    v1::PlanEntry entry;
    entry.content = visible_line(task.title);
    if (task.status == TaskStatus::active) entry.status = v1::PlanEntry::Status::in_progress;
    if (is_over(task.status)) entry.status = v1::PlanEntry::Status::completed;
    out.plan.push_back(std::move(entry));
  }
  return out;
}

TasksTold wrong(const Error& error) {
  return {.text = "That could not be done: " + visible_line(error.message) + ".", .plan = {}};
}

/// What is done beside the loop.
using Job = std::function<TasksTold()>;

Job listing(MemoryFile file) {
  return [file = std::move(file)] {
    const auto state = file.read();
    return state ? told(state->tasks, {}) : wrong(state.error());
  };
}

Job changing(MemoryFile file, std::function<Result<std::string>(TaskGraph&)> how) {
  return [file = std::move(file), how = std::move(how)] {
    TasksTold out;
    const auto changed = file.change([&](ProjectState& state) -> Result<bool> {
      const auto id = how(state.tasks);
      if (!id) return fail(id.error());
      out = told(state.tasks, *id);
      return true;
    });
    return changed ? out : wrong(changed.error());
  };
}

}  // namespace

transport::Task<TasksTold> tasks_as_told(Library library, std::string cwd, std::string command) {
  std::string_view rest = command;
  taken(rest);  // the command's own name
  const std::string_view verb = taken(rest);
  const std::string_view words = rest;
  MemoryFile file = memory_of_project(library, cwd);
  Job job;
  if (verb.empty() || (verb == "list" && words.empty())) {
    job = listing(std::move(file));
  } else if (verb == "add") {
    Task task;
    task.id = UlidSource(library.env).next();
    task.title = library.redactor.redacted(words);
    task.made_ms = task.changed_ms = library.env.wall_ms();
    job = changing(std::move(file), [task](TaskGraph& graph) -> Result<std::string> {
      if (auto added = graph.add(task); !added) return fail(std::move(added.error()));
      return task.id;
    });
  } else if (const auto status = status_after(verb); status && !words.empty()) {
    job = changing(std::move(file),
                   [status = *status, named = std::string(words),
                    now_ms = library.env.wall_ms()](TaskGraph& graph) -> Result<std::string> {
                     auto id = graph.find(named);
                     if (id) graph.set_status(*id, status, now_ms);
                     return id;
                   });
  } else {
    co_return TasksTold{.text = std::string(usage), .plan = {}};
  }
  co_return co_await transport::made_beside(library.loop, std::move(job));
}

}  // namespace tine::session
