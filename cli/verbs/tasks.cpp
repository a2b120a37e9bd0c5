// `tine tasks`: what is to be done in the project of a folder.

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/ulid.h"
#include "base/visible.h"
#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/memory/memory_file.h"
#include "session/memory/remember.h"

namespace tine::cli {
namespace {

using session::MemoryFile;
using session::ProjectState;
using session::Task;
using session::TaskGraph;
using session::TaskStatus;

constexpr const char* id_help = "The task: the end of its id, or its title";

/// The memory of the project in which the user is.
Result<MemoryFile> memory_of(World& world, const std::string& folder) {
  const auto directory = working_directory(folder);
  if (!directory) return fail(directory.error());
  return session::memory_of_project(world.service.library(), *directory);
}

std::string mark(TaskStatus status) {
  switch (status) {
    case TaskStatus::open:
      return "[ ]";
    case TaskStatus::active:
      return "[>]";
    case TaskStatus::done:
      return "[x]";
    case TaskStatus::dropped:
      return "[-]";
  }
  return {};
}

/// How tasks are called here: as short as all of them can be told apart.
class Names {
 public:
  explicit Names(const TaskGraph& graph) : graph_(graph), letters_(graph.letters_of_ids()) {}
  std::string operator()(const std::string& id) const {
    return id.substr(id.size() - std::min(letters_, id.size()));
  }
  std::string all(const std::vector<std::string>& ids) const {
    std::string out;
    for (const std::string& id : ids) out += (out.empty() ? "" : " ") + (*this)(id);
    return out;
  }
  const Task& task(const std::string& id) const { return graph_.tasks().at(id); }

 private:
  const TaskGraph& graph_;
  std::size_t letters_;
};

std::string json_of(const TaskGraph& graph, const std::vector<std::string>& ids) {
  return session::tasks_json(graph, ids) + "\n";
}

std::string list_text(const TaskGraph& graph, const std::vector<std::string>& ids) {
  const Names name(graph);
  Table table({"ID", "", "TASK", "OWNER", "NEEDS"});
  for (const std::string& id : ids) {
    const Task& task = name.task(id);
    table.add({name(id), mark(task.status), visible_line(task.title), visible_line(task.owner),
               name.all(task.needs)});
  }
  return table.text(columns_of(STDOUT_FILENO));
}

/// Draws each task below the one that needs it. A task that is needed twice shows its own needs
/// once.
void draw(const Names& name, const std::map<std::string, std::vector<std::string>>& below,
          const std::string& id, const std::string& indent, std::map<std::string, bool>& drawn,
          std::string& out) {
  const Task& task = name.task(id);
  const bool again = drawn[id];
  drawn[id] = true;
  out += mark(task.status) + " " + name(id) + "  " + visible_line(task.title) +
         (again && below.contains(id) ? "  (see above)" : "") + "\n";
  const auto found = below.find(id);
  if (again || found == below.end()) return;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    const bool last = i + 1 == found->second.size();
    out += indent + (last ? "└── " : "├── ");
    draw(name, below, found->second[i], indent + (last ? "    " : "│   "), drawn, out);
  }
}

std::string graph_text(const TaskGraph& graph, const std::vector<std::string>& ids) {
  const Names name(graph);
  std::map<std::string, std::vector<std::string>> below;
  std::map<std::string, bool> needed;
  for (const std::string& id : ids) {
    for (const std::string& each : name.task(id).needs) {
      if (std::find(ids.begin(), ids.end(), each) == ids.end()) continue;
      below[id].push_back(each);
      needed[each] = true;
    }
  }
  std::string out;
  std::map<std::string, bool> drawn;
  for (const std::string& id : ids)
    if (!needed[id]) draw(name, below, id, "", drawn, out);
  return out;
}

/// In the language of Graphviz.
std::string dot_text(const TaskGraph& graph, const std::vector<std::string>& ids) {
  const Names name(graph);
  std::string out = "digraph tasks {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const std::string& id : ids) {
    const Task& task = name.task(id);
    const bool over = session::is_over(task.status);
    out += "  \"" + name(id) + "\" [label=" + json::text_of(visible_line(task.title)) +
           (over                                ? ", style=dashed"
            : task.status == TaskStatus::active ? ", style=bold"
                                                : "") +
           "];\n";
  }
  for (const std::string& id : ids) {
    for (const std::string& each : name.task(id).needs) {
      if (std::find(ids.begin(), ids.end(), each) != ids.end())
        out += "  \"" + name(each) + "\" -> \"" + name(id) + "\";\n";
    }
  }
  return out + "}\n";
}

struct TasksAsked {
  std::string folder;
  std::string id;
  std::string other;
  std::string owner;
  std::string target;
  std::string drawn;
  std::vector<std::string> needs;
  bool all = false;
};

Options& with_folder(Options& options, TasksAsked& asked) {
  return options.value("--cwd", asked.folder, "DIR",
                       "The project: that of this folder (default: here)");
}

int list(Program& program, const TasksAsked& asked) {
  const auto memory = memory_of(program.world(), asked.folder);
  if (!memory) return failed(memory.error());
  const auto state = memory->read();
  if (!state) return failed(state.error());
  std::vector<std::string> ids;
  std::size_t over = 0;
  for (const std::string& id : state->tasks.in_order()) {
    const bool is_over = session::is_over(state->tasks.tasks().at(id).status);
    over += is_over ? 1 : 0;
    if (asked.all || !is_over) ids.push_back(id);
  }
  if (asked.drawn == "dot") {
    print(dot_text(state->tasks, ids));
  } else if (program.common.json) {
    print(json_of(state->tasks, ids));
  } else if (ids.empty()) {
    print(over == 0 ? "No tasks. `tine tasks add TITLE` makes one.\n"
                    : "Nothing is left to do: " + counted(over, "task") +
                          " over. `tine tasks list --all` shows them.\n");
  } else {
    print(asked.drawn.empty() ? list_text(state->tasks, ids) : graph_text(state->tasks, ids));
  }
  return exit_code::good;
}

int ready(Program& program, const TasksAsked& asked) {
  const auto memory = memory_of(program.world(), asked.folder);
  if (!memory) return failed(memory.error());
  const auto state = memory->read();
  if (!state) return failed(state.error());
  const auto ids = state->tasks.ready();
  if (program.common.json) {
    print(json_of(state->tasks, ids));
  } else if (ids.empty()) {
    print("No task can be begun.\n");
  } else {
    print(list_text(state->tasks, ids));
  }
  return exit_code::good;
}

int show(Program& program, const TasksAsked& asked) {
  const auto memory = memory_of(program.world(), asked.folder);
  if (!memory) return failed(memory.error());
  const auto state = memory->read();
  if (!state) return failed(state.error());
  const auto id = state->tasks.find(asked.id);
  if (!id) return failed(id.error());
  if (program.common.json) {
    print(json_of(state->tasks, {*id}));
    return exit_code::good;
  }
  const Names name(state->tasks);
  const Task& task = name.task(*id);
  Table table;
  table.add({"id", task.id});
  table.add({"title", visible_line(task.title)});
  table.add({"status", std::string(name_of(task.status))});
  if (!task.owner.empty()) table.add({"owner", visible_line(task.owner)});
  if (!task.target.empty()) table.add({"for", visible_line(task.target)});
  for (const std::string& each : task.needs)
    table.add({"needs", name(each) + "  " + visible_line(name.task(each).title)});
  for (const auto& each : task.evidence) {
    table.add({"worked on", "session " + visible_line(each.session) + ", turn " +
                                std::to_string(each.turn) +
                                (each.commit.empty() ? "" : ", commit " + each.commit)});
  }
  if (task.made_ms != 0) table.add({"made", local_time(task.made_ms)});
  if (task.changed_ms != 0) table.add({"changed", local_time(task.changed_ms)});
  print(table.text(columns_of(STDOUT_FILENO)));
  return exit_code::good;
}

/// Changes the tasks of the project; what `how` says goes to stdout.
int change(Program& program, const TasksAsked& asked,
           const std::function<Result<std::string>(TaskGraph&, World&)>& how) {
  World& world = program.world();
  const auto memory = memory_of(world, asked.folder);
  if (!memory) return failed(memory.error());
  std::string said;
  const auto changed = memory->change([&](ProjectState& state) -> Result<bool> {
    auto told = how(state.tasks, world);
    if (!told) return fail(std::move(told.error()));
    said = std::move(*told);
    return true;
  });
  if (!changed) return failed(changed.error());
  print(said);
  return exit_code::good;
}

int add(Program& program, const TasksAsked& asked) {
  return change(program, asked, [&](TaskGraph& graph, World& world) -> Result<std::string> {
    UlidSource ids(world.env);
    Task task;
    task.id = ids.next();
    task.title = world.redactor.redacted(asked.id);
    task.owner = asked.owner;
    task.target = asked.target;
    task.made_ms = task.changed_ms = world.env.wall_ms();
    const std::string id = task.id;
    if (auto added = graph.add(std::move(task)); !added) return fail(std::move(added.error()));
    for (const std::string& each : asked.needs) {
      const auto needed = graph.find(each);
      if (!needed) return fail(needed.error());
      if (auto linked = graph.link(id, *needed); !linked) return fail(std::move(linked.error()));
    }
    return Names(graph)(id) + "\n";
  });
}

template <bool linked>
int link(Program& program, const TasksAsked& asked) {
  return change(program, asked, [&](TaskGraph& graph, World& /*world*/) -> Result<std::string> {
    const auto id = graph.find(asked.id);
    if (!id) return fail(id.error());
    const auto other = graph.find(asked.other);
    if (!other) return fail(other.error());
    if (!linked) {
      graph.unlink(*id, *other);
      return std::string();
    }
    if (auto done = graph.link(*id, *other); !done) return fail(std::move(done.error()));
    return std::string();
  });
}

template <TaskStatus status>
int set(Program& program, const TasksAsked& asked) {
  return change(program, asked, [&](TaskGraph& graph, World& world) -> Result<std::string> {
    const auto id = graph.find(asked.id);
    if (!id) return fail(id.error());
    graph.set_status(*id, status, world.env.wall_ms());
    if (!asked.owner.empty()) graph.set_owner(*id, asked.owner, world.env.wall_ms());
    return std::string();
  });
}

int clear(Program& program, const TasksAsked& asked) {
  return change(program, asked, [](TaskGraph& graph, World& /*world*/) -> Result<std::string> {
    return counted(graph.remove_over(), "task") + " removed\n";
  });
}

using Work = int (*)(Program& program, const TasksAsked& asked);

template <Work work>
Run plain(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked);
  return [asked](Program& program) { return work(program, *asked); };
}

template <Work work>
Run of_one(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked).argument("task", asked->id, "TASK", id_help);
  return [asked](Program& program) { return work(program, *asked); };
}

template <Work work>
Run of_two(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked)
      .argument("task", asked->id, "TASK", id_help)
      .argument("needed", asked->other, "NEEDED", "The task that comes before it");
  return [asked](Program& program) { return work(program, *asked); };
}

Run declare_list(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked)
      .flag("--all", asked->all, "Also those that are done or dropped")
      .choice("--graph", asked->drawn, {"text", "dot"}, "FORM",
              "Draw which needs which: as text, or for Graphviz");
  return [asked](Program& program) { return list(program, *asked); };
}

Run declare_add(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked)
      .argument("title", asked->id, "TITLE", "What is to be done")
      .values("--needs", asked->needs, "TASK", "A task that comes before it; may be repeated")
      .value("--owner", asked->owner, "NAME", "Who has it: a person or a backend")
      .value("--target", asked->target, "REF", "The commit or branch that it is for");
  return [asked](Program& program) { return add(program, *asked); };
}

Run declare_start(Options& options) {
  const auto asked = std::make_shared<TasksAsked>();
  with_folder(options, *asked)
      .argument("task", asked->id, "TASK", id_help)
      .value("--owner", asked->owner, "NAME", "Who has it: a person or a backend");
  return [asked](Program& program) { return set<TaskStatus::active>(program, *asked); };
}

constexpr std::array<Verb, 11> tasks_verbs{{
    {.name = "list", .help = "List the tasks that are not over", .declare = declare_list},
    {.name = "add", .help = "Add a task, and print its id", .declare = declare_add},
    {.name = "show", .help = "Show all that is known of a task", .declare = of_one<show>},
    {.name = "ready",
     .help = "List the tasks that can be begun: all that they need is over",
     .declare = plain<ready>},
    {.name = "start", .help = "Mark a task as begun", .declare = declare_start},
    {.name = "done", .help = "Mark a task as done", .declare = of_one<set<TaskStatus::done>>},
    {.name = "drop",
     .help = "Mark a task as one that nobody will do",
     .declare = of_one<set<TaskStatus::dropped>>},
    {.name = "reopen",
     .help = "Mark a task as one that is still to be done",
     .declare = of_one<set<TaskStatus::open>>},
    {.name = "link",
     .help = "Say that a task needs another one first; a circle is refused",
     .declare = of_two<link<true>>},
    {.name = "unlink",
     .help = "Say that it does not need that one",
     .declare = of_two<link<false>>},
    {.name = "clear", .help = "Remove the tasks that are over", .declare = plain<clear>},
}};

std::span<const Verb> below_tasks() { return tasks_verbs; }

}  // namespace

const Verb tasks_verb{.name = "tasks",
                      .help = "See and change what is to be done in a project",
                      .declare = declare_list,
                      .examples =
                          "Examples:\n"
                          "  tine tasks add \"Write the parser\"\n"
                          "  tine tasks add \"Test the parser\" --needs \"Write the parser\"\n"
                          "  tine tasks --graph text\n"
                          "  tine tasks done \"Write the parser\"",
                      .verbs = below_tasks};

}  // namespace tine::cli
