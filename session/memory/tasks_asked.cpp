#include "session/memory/tasks_asked.h"

#include <functional>
#include <utility>
#include <vector>

#include "base/ulid.h"
#include "session/memory/memory_file.h"
#include "session/memory/remember.h"
#include "transport/worker.h"

namespace tine::session {
namespace {

using Action = v1::TasksAction;
using Ids = std::vector<std::string>;
using Answered = Result<v1::TasksResponse>;

Failure at(Error error, const std::string& path) { return fail(std::move(error).at(path)); }

/// The tasks that are wanted.
Result<Ids> looked_up(const TaskGraph& graph, const v1::TasksRequest& request) {
  if (request.action == Action::ready) return graph.ready();
  if (request.action == Action::show) {
    auto id = graph.find(request.task);
    if (!id) return at(std::move(id.error()), "params.task");
    return Ids{std::move(*id)};
  }
  Ids ids;
  for (std::string& id : graph.in_order())
    if (request.all || !is_over(graph.tasks().at(id).status)) ids.push_back(std::move(id));
  return ids;
}

Result<void> link(TaskGraph& graph, const std::string& id, const v1::TasksRequest& request) {
  for (std::size_t i = 0; i < request.needs.size(); ++i) {
    const std::string path = "params.needs[" + std::to_string(i) + "]";
    const auto needed = graph.find(request.needs[i]);
    if (!needed) return at(needed.error(), path);
    if (request.action == Action::unlink) {
      graph.unlink(id, *needed);
    } else if (auto linked = graph.link(id, *needed); !linked) {
      return at(std::move(linked.error()), path);
    }
  }
  return {};
}

TaskStatus status_after(Action action) {
  if (action == Action::start) return TaskStatus::active;
  if (action == Action::done) return TaskStatus::done;
  if (action == Action::drop) return TaskStatus::dropped;
  return TaskStatus::open;
}

/// Changes one task, or adds `task`; gives its id.
Result<std::string> changed(TaskGraph& graph, const v1::TasksRequest& request, const Task& task) {
  if (request.action == Action::add) {
    if (auto added = graph.add(task); !added) return at(std::move(added.error()), "params.title");
    if (auto linked = link(graph, task.id, request); !linked) return fail(linked.error());
    return task.id;
  }
  auto id = graph.find(request.task);
  if (!id) return at(std::move(id.error()), "params.task");
  if (request.action == Action::link || request.action == Action::unlink) {
    if (auto linked = link(graph, *id, request); !linked) return fail(linked.error());
    return id;
  }
  graph.set_status(*id, status_after(request.action), task.changed_ms);
  if (!task.owner.empty()) graph.set_owner(*id, task.owner, task.changed_ms);
  return id;
}

}  // namespace

transport::Task<Answered> tasks_as_asked(Library library, std::string cwd,
                                         v1::TasksRequest request) {
  const MemoryFile file = memory_of_project(library, cwd);
  const bool looks = request.action == Action::list || request.action == Action::ready ||
                     request.action == Action::show;
  std::function<Answered()> job;
  if (looks) {
    job = [file, request = std::move(request)]() -> Answered {
      const auto state = file.read();
      if (!state) return fail(state.error());
      const auto ids = looked_up(state->tasks, request);
      if (!ids) return fail(ids.error());
      return v1::TasksResponse{.tasks = tasks_json(state->tasks, *ids), .meta = {}};
    };
  } else {
    Task task;
    task.id = UlidSource(library.env).next();
    task.title = library.redactor.redacted(request.title);
    task.owner = library.redactor.redacted(request.owner);
    task.target = library.redactor.redacted(request.target);
    task.made_ms = task.changed_ms = library.env.wall_ms();
    job = [file, request = std::move(request), task = std::move(task)]() -> Answered {
      v1::TasksResponse response;
      const auto done = file.change([&](ProjectState& state) -> Result<bool> {
        const auto id = changed(state.tasks, request, task);
        if (!id) return fail(id.error());
        response.tasks = tasks_json(state.tasks, {*id});
        return true;
      });
      if (!done) return fail(done.error());
      return response;
    };
  }
  co_return co_await transport::made_beside(library.loop, std::move(job));
}

}  // namespace tine::session
