// The tools on what is remembered of a project: its tasks, goals, decisions and milestones.

#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/json/document.h"
#include "base/json/redact.h"
#include "base/ulid.h"
#include "cli/mcp/limits.h"
#include "cli/mcp/tool.h"
#include "session/memory/facts.h"
#include "session/memory/memory_file.h"
#include "session/memory/remember.h"
#include "transport/worker.h"

namespace tine::cli {
namespace {

using json::Document;
using session::Fact;
using session::FactKind;
using session::MemoryFile;
using session::ProjectState;
using session::TaskGraph;

using Answered = Result<ToolAnswer>;

Answered document(Document of) { return ToolAnswer{.text = {}, .document = std::move(of)}; }

/// Without secrets that others may have written into the file.
Answered redacted(Answered answer, Redactor& redactor) {
  if (answer && !answer->document.is_null())
    answer->document = json::parsed(json::redacted(json::text_of(answer->document), redactor));
  return answer;
}

/// Reads the memory beside the loop, and gives what `make` makes of it.
transport::Task<Answered> look(std::shared_ptr<ToolCall> call,
                               std::function<Answered(const ProjectState&)> make) {
  const MemoryFile file =
      session::memory_of_project(call->world.service.library(), call->directory);
  std::function<Answered()> job = [file, make = std::move(make)]() -> Answered {
    const auto state = file.read();
    if (!state) return fail(state.error());
    return make(*state);
  };
  auto answer = co_await transport::made_beside(call->world.loop, std::move(job));
  co_return redacted(std::move(answer), call->world.redactor);
}

/// Changes the memory beside the loop, and gives what `how` gives.
transport::Task<Answered> change(std::shared_ptr<ToolCall> call,
                                 std::function<Answered(ProjectState&)> how) {
  const MemoryFile file =
      session::memory_of_project(call->world.service.library(), call->directory);
  std::function<Answered()> job = [file, how = std::move(how)]() -> Answered {
    Answered answer;
    const auto changed = file.change([&](ProjectState& state) -> Result<bool> {
      answer = how(state);
      if (!answer) return fail(answer.error());
      return true;
    });
    if (!changed) return fail(changed.error());
    return answer;
  };
  auto answer = co_await transport::made_beside(call->world.loop, std::move(job));
  co_return redacted(std::move(answer), call->world.redactor);
}

/// The project's memory as its file has it.
Document file_of(const ProjectState& state) { return json::parsed(session::text_of(state)); }

Document tasks_of(const ProjectState& state, const std::vector<std::string>& ids) {
  return json::parsed(session::tasks_json(state.tasks, ids));
}

Answered task_answer(const ProjectState& state, const std::string& id) {
  return document({{"task", tasks_of(state, {id}).at(0)}});
}

transport::Task<Answered> list_tasks(std::shared_ptr<ToolCall> call) {
  const auto all = call->arguments.flag("all");
  if (!all) co_return fail(all.error());
  const auto only_ready = call->arguments.flag("ready");
  if (!only_ready) co_return fail(only_ready.error());
  std::function<Answered(const ProjectState&)> make =
      [all = *all, ready = *only_ready](const ProjectState& state) -> Answered {
    const TaskGraph& graph = state.tasks;
    std::vector<std::string> ids;
    for (std::string& id : ready ? graph.ready() : graph.in_order())
      if (all || !session::is_over(graph.tasks().at(id).status)) ids.push_back(std::move(id));
    const std::size_t found = ids.size();
    if (found > limits::listed_tasks) ids.resize(limits::listed_tasks);
    Document out{{"tasks", tasks_of(state, ids)}};
    if (found > ids.size()) out["leftOut"] = found - ids.size();
    return document(std::move(out));
  };
  co_return co_await look(std::move(call), std::move(make));
}

transport::Task<Answered> add_task(std::shared_ptr<ToolCall> call) {
  const auto title = call->arguments.needed_text("title");
  if (!title) co_return fail(title.error());
  auto needs = call->arguments.texts("needs");
  if (!needs) co_return fail(needs.error());
  const auto owner = call->arguments.text("owner");
  if (!owner) co_return fail(owner.error());
  World& world = call->world;
  session::Task task;
  task.id = UlidSource(world.env).next();
  task.title = world.redactor.redacted(*title);
  task.owner = world.redactor.redacted(*owner);
  task.made_ms = task.changed_ms = world.env.wall_ms();
  std::function<Answered(ProjectState&)> how =
      [task = std::move(task), needs = std::move(*needs)](ProjectState& state) -> Answered {
    if (auto added = state.tasks.add(task); !added) return fail(std::move(added.error()));
    for (const std::string& each : needs) {
      const auto needed = state.tasks.find(each);
      if (!needed) return fail(needed.error());
      if (auto linked = state.tasks.link(task.id, *needed); !linked)
        return fail(std::move(linked.error()));
    }
    return task_answer(state, task.id);
  };
  co_return co_await change(std::move(call), std::move(how));
}

transport::Task<Answered> update_task(std::shared_ptr<ToolCall> call) {
  const auto named = call->arguments.needed_text("task");
  if (!named) co_return fail(named.error());
  const auto status_name = call->arguments.text("status");
  if (!status_name) co_return fail(status_name.error());
  const auto owner = call->arguments.text("owner");
  if (!owner) co_return fail(owner.error());
  auto needs = call->arguments.texts("needs");
  if (!needs) co_return fail(needs.error());
  const auto status = session::task_status_named(*status_name);
  if (!status && !status_name->empty()) {
    co_return fail(Error(ErrorKind::invalid_params,
                         "status must be \"open\", \"active\", \"done\" or \"dropped\"")
                       .with_hint("Call the tool again with one of them."));
  }
  World& world = call->world;
  std::function<Answered(ProjectState&)> how =
      [named = *named, status, owner = world.redactor.redacted(*owner), needs = std::move(*needs),
       now_ms = world.env.wall_ms()](ProjectState& state) -> Answered {
    const auto id = state.tasks.find(named);
    if (!id) return fail(id.error());
    for (const std::string& each : needs) {
      const auto needed = state.tasks.find(each);
      if (!needed) return fail(needed.error());
      if (auto linked = state.tasks.link(*id, *needed); !linked)
        return fail(std::move(linked.error()));
    }
    if (status) state.tasks.set_status(*id, *status, now_ms);
    if (!owner.empty()) state.tasks.set_owner(*id, owner, now_ms);
    return task_answer(state, *id);
  };
  co_return co_await change(std::move(call), std::move(how));
}

transport::Task<Answered> read_memory(std::shared_ptr<ToolCall> call) {
  std::function<Answered(const ProjectState&)> make = [](const ProjectState& state) -> Answered {
    Document out = file_of(state);
    out.erase("tasks");
    return document(std::move(out));
  };
  co_return co_await look(std::move(call), std::move(make));
}

std::optional<FactKind> fact_kind_named(std::string_view name) {
  for (const FactKind each : session::fact_kinds)
    if (session::name_of(each) == name) return each;
  return std::nullopt;
}

transport::Task<Answered> add_fact(std::shared_ptr<ToolCall> call) {
  const auto kind_name = call->arguments.needed_text("kind");
  if (!kind_name) co_return fail(kind_name.error());
  const auto text = call->arguments.needed_text("text");
  if (!text) co_return fail(text.error());
  const auto kind = fact_kind_named(*kind_name);
  if (!kind) {
    co_return fail(
        Error(ErrorKind::invalid_params, "kind must be \"goal\", \"decision\" or \"milestone\"")
            .with_hint("Call the tool again with one of them."));
  }
  World& world = call->world;
  Fact fact;
  fact.id = UlidSource(world.env).next();
  fact.text = world.redactor.redacted(*text);
  fact.made_ms = fact.changed_ms = world.env.wall_ms();
  std::function<Answered(ProjectState&)> how = [kind = *kind,
                                                fact](ProjectState& state) -> Answered {
    if (auto added = session::add_fact(state, kind, fact); !added)
      return fail(std::move(added.error()));
    return document({{"id", fact.id}, {"kind", session::name_of(kind)}, {"text", fact.text}});
  };
  co_return co_await change(std::move(call), std::move(how));
}

transport::Task<Answered> forget_fact(std::shared_ptr<ToolCall> call) {
  const auto named = call->arguments.needed_text("id");
  if (!named) co_return fail(named.error());
  std::function<Answered(ProjectState&)> how = [named = *named](ProjectState& state) -> Answered {
    const auto id = session::find_fact(state, named);
    if (!id) return fail(id.error());
    session::remove_fact(state, *id);
    return document({{"forgotten", *id}});
  };
  co_return co_await change(std::move(call), std::move(how));
}

constexpr std::array<Tool, 6> all_memory_tools{{
    {.name = "tasks_list",
     .title = "List tasks",
     .description =
         "Lists what is to be done in this project: tasks that people and agents of earlier "
         "sessions left, each with its status and the ids of the tasks that it needs first.",
     .input = R"({"type":"object","additionalProperties":false,"properties":{)"
              R"("ready":{"type":"boolean","description":)"
              R"("Only tasks that can be begun: all that they need is over"},)"
              R"("all":{"type":"boolean","description":"Also tasks that are done or dropped"}}})",
     .work = list_tasks},
    {.name = "tasks_add",
     .title = "Add a task",
     .description = "Adds a task to this project. It outlives this conversation.",
     .input = R"({"type":"object","additionalProperties":false,"required":["title"],"properties":{)"
              R"("title":{"type":"string","description":"What is to be done, on one line"},)"
              R"("needs":{"type":"array","items":{"type":"string"},"description":)"
              R"("Tasks that come before it: their ids or titles"},)"
              R"("owner":{"type":"string","description":"The person or agent that has it"}}})",
     .reads_only = false,
     .work = add_task},
    {.name = "tasks_update",
     .title = "Change a task",
     .description =
         "Changes the status or the owner of a task of this project, or says which other tasks it "
         "needs first. A circle is refused.",
     .input = R"({"type":"object","additionalProperties":false,"required":["task"],"properties":{)"
              R"("task":{"type":"string","description":"Its id or its title"},)"
              R"("status":{"type":"string","enum":["open","active","done","dropped"]},)"
              R"("owner":{"type":"string","description":"The person or agent that has it"},)"
              R"("needs":{"type":"array","items":{"type":"string"},"description":)"
              R"("Further tasks that come before it: their ids or titles"}}})",
     .reads_only = false,
     .work = update_task},
    {.name = "memory_read",
     .title = "Read the project's memory",
     .description =
         "Gives the goals, decisions and milestones of this project, and the commits that earlier "
         "sessions made.",
     .input = R"({"type":"object","additionalProperties":false,"properties":{}})",
     .work = read_memory},
    {.name = "memory_add",
     .title = "Remember something",
     .description =
         "Adds a goal, a decision or a milestone to this project's memory, for later sessions.",
     .input = R"({"type":"object","additionalProperties":false,"required":["kind","text"],)"
              R"("properties":{"kind":{"type":"string","enum":["goal","decision","milestone"]},)"
              R"("text":{"type":"string","description":"One or two sentences"}}})",
     .reads_only = false,
     .work = add_fact},
    {.name = "memory_forget",
     .title = "Forget something",
     .description = "Removes a goal, a decision or a milestone from this project's memory.",
     .input = R"({"type":"object","additionalProperties":false,"required":["id"],"properties":{)"
              R"("id":{"type":"string","description":"Its id, or its text"}}})",
     .reads_only = false,
     .work = forget_fact},
}};

}  // namespace

std::span<const Tool> memory_tools() { return all_memory_tools; }

}  // namespace tine::cli
