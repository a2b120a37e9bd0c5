#include "session/memory/remember.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/json/view.h"
#include "base/ulid.h"
#include "session/git_head.h"
#include "session/memory/limits.h"
#include "session/memory/memory_file.h"
#include "session/project.h"

namespace tine::session {
namespace {

TaskStatus status_of(std::string_view plan_status) {
  if (plan_status == "completed") return TaskStatus::done;
  return plan_status == "in_progress" ? TaskStatus::active : TaskStatus::open;
}

std::vector<PlanStep> steps_of(std::string_view update, Redactor& redactor) {
  std::vector<PlanStep> steps;
  for (const json::View entry : json::View(update).find("entries").elements()) {
    if (steps.size() >= limits::plan_steps) break;
    std::string title = redactor.redacted(entry.find("content").string().value_or(""));
    if (title.size() > limits::task_title) continue;  // no step, but a text
    steps.push_back({.title = std::move(title),
                     .status = status_of(entry.find("status").string().value_or(""))});
  }
  return steps;
}

transport::Task<void> change_beside(Log& log, transport::Worker& worker,
                                    std::function<Result<void>()> change) {
  const auto changed = std::make_shared<Result<void>>();
  std::function<void()> job = [changed, change = std::move(change)] { *changed = change(); };
  co_await worker.run(std::move(job));
  if (!*changed)
    log.warning("the plan was not kept in the project's memory: " + changed->error().message);
}

}  // namespace

void remember_plan(const Library& library, std::string cwd, std::string_view update,
                   std::string_view backend, Evidence turn) {
  std::vector<PlanStep> steps = steps_of(update, library.redactor);
  if (steps.empty()) return;
  UlidSource source(library.env);
  std::vector<std::string> ids(steps.size());
  for (std::string& id : ids) id = source.next();
  PlanOrigin from{
      .backend = std::string(backend), .turn = std::move(turn), .now_ms = library.env.wall_ms()};
  // A path that holds a secret is kept without it; the redactor lives on this thread alone.
  std::string project = kept_path(git_project(cwd), library.redactor);
  MemoryFile file(store::system_files(), library.store.path(), std::move(project));
  library.loop.spawn(
      change_beside(library.log, library.store.worker(),
                    [file, steps = std::move(steps), ids = std::move(ids), from = std::move(from)] {
                      return file.change([&](ProjectState& state) -> Result<bool> {
                        auto id = ids.begin();
                        return state.tasks.fold(steps, from, [&id] { return *id++; });
                      });
                    }));
}

}  // namespace tine::session
