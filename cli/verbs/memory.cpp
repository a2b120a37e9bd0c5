// `tine memory`: what is kept of a project beyond its sessions.

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/json/redact.h"
#include "base/ulid.h"
#include "base/visible.h"
#include "cli/editor.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/verbs/memory_merge.h"
#include "cli/verbs/memory_text.h"
#include "cli/working_directory.h"
#include "session/git_head.h"
#include "session/memory/facts.h"
#include "session/memory/limits.h"
#include "session/memory/memory_file.h"
#include "session/memory/remember.h"

namespace tine::cli {
namespace {

using session::Fact;
using session::FactKind;
using session::MemoryFile;
using session::ProjectState;
using session::SessionMemories;
using session::SessionMemory;
using session::TaskStatus;

/// Sessions of a branch that are shown without --json.
constexpr std::size_t shown_sessions = 3;

struct MemoryAsked {
  std::string folder;
  std::string words;
  std::string branch;
};

Options& with_folder(Options& options, MemoryAsked& asked) {
  return options.value("--cwd", asked.folder, "DIR",
                       "The project: that of this folder (default: here)");
}

/// Where the user is.
struct Here {
  MemoryFile memory;
  std::string branch;  ///< that is shown
};

Result<Here> here(World& world, const MemoryAsked& asked) {
  const auto directory = working_directory(asked.folder);
  if (!directory) return fail(directory.error());
  std::string branch = asked.branch;
  if (branch.empty()) {
    if (const auto head = session::git_head(*directory)) branch = head->branch;
  }
  return Here{.memory = session::memory_of_project(world.service.library(), *directory),
              .branch = world.redactor.redacted(branch)};
}

/// Where the long memory is, and which one is not used.
struct Files {
  std::string used;
  std::string unused;  ///< empty: there is none
};

std::string text_of(const Files& files) {
  std::string out = "Kept in " + visible_line(files.used) + "\n";
  if (!files.unused.empty())
    out += "Not used, by memory.location: " + visible_line(files.unused) + "\n";
  return out;
}

std::string json_of(const ProjectState& state, const std::vector<SessionMemory>& sessions,
                    const Files& files) {
  json::Document out = json::Document::object();
  out["file"] = files.used;
  if (!files.unused.empty()) out["unusedFile"] = files.unused;
  out["project"] = json::parsed(session::text_of(state));
  out["sessions"] = json::Document::array();
  for (const SessionMemory& each : sessions)
    out["sessions"].push_back(json::parsed(session::text_of(each)));
  return json::text_of(out) + "\n";
}

int show(Program& program, const MemoryAsked& asked) {
  World& world = program.world();
  const auto place = here(world, asked);
  if (!place) return failed(place.error());
  const auto state = place->memory.read();
  if (!state) return failed(state.error());
  auto sessions = place->memory.sessions();
  if (!sessions) return failed(sessions.error());
  for (const std::string& each : sessions->faults) print_to_stderr("tine: " + each + "\n");
  const bool is_of_branch = !program.common.json || !asked.branch.empty();
  if (is_of_branch) {
    std::erase_if(sessions->all,
                  [&](const SessionMemory& each) { return each.branch != place->branch; });
  }
  const Files files{.used = world.redactor.redacted(place->memory.path()),
                    .unused = world.redactor.redacted(place->memory.unused_path())};
  if (program.common.json) {
    print(json_of(*state, sessions->all, files));
    return exit_code::good;
  }
  if (sessions->all.size() > shown_sessions) sessions->all.resize(shown_sessions);
  std::string text = project_text(*state);
  for (const SessionMemory& each : sessions->all) text += session_text(each);
  if (text.empty()) {
    text = "Nothing is remembered of this project. `memory.keep = true` has sessions remember.\n\n";
  }
  print(text + text_of(files));
  return exit_code::good;
}

/// Changes the long memory; what `how` says goes to stdout.
int change(Program& program, const MemoryAsked& asked,
           const std::function<Result<std::string>(ProjectState&, World&)>& how) {
  World& world = program.world();
  const auto place = here(world, asked);
  if (!place) return failed(place.error());
  std::string said;
  const auto changed = place->memory.change([&](ProjectState& state) -> Result<bool> {
    auto told = how(state, world);
    if (!told) return fail(std::move(told.error()));
    said = std::move(*told);
    return true;
  });
  if (!changed) return failed(changed.error());
  print(said);
  return exit_code::good;
}

template <FactKind kind>
int add(Program& program, const MemoryAsked& asked) {
  return change(program, asked, [&](ProjectState& state, World& world) -> Result<std::string> {
    UlidSource ids(world.env);
    Fact fact;
    fact.id = ids.next();
    fact.text = world.redactor.redacted(asked.words);
    fact.made_ms = fact.changed_ms = world.env.wall_ms();
    const std::string id = fact.id;
    if (auto added = session::add_fact(state, kind, std::move(fact)); !added)
      return fail(std::move(added.error()));
    return id.substr(id.size() - session::letters_of_facts(state)) + "\n";
  });
}

template <TaskStatus status>
int set(Program& program, const MemoryAsked& asked) {
  return change(program, asked, [&](ProjectState& state, World& world) -> Result<std::string> {
    const auto id = session::find_fact(state, asked.words);
    if (!id) return fail(id.error());
    if (auto done = session::set_status(state, *id, status, world.env.wall_ms()); !done)
      return fail(std::move(done.error()));
    return std::string();
  });
}

/// A fact, or what is kept of a session.
int forget(Program& program, const MemoryAsked& asked) {
  World& world = program.world();
  const auto place = here(world, asked);
  if (!place) return failed(place.error());
  const auto sessions = place->memory.sessions();
  if (!sessions) return failed(sessions.error());
  const auto state = place->memory.read();
  if (!state) return failed(state.error());
  if (const auto fact = session::find_fact(*state, asked.words)) {
    return change(program, asked, [&](ProjectState& now, World& /*world*/) -> Result<std::string> {
      session::remove_fact(now, *fact);
      return std::string();
    });
  }
  const auto letters = ulid_prefix(asked.words);
  std::vector<const SessionMemory*> found;
  for (const SessionMemory& each : sessions->all) {
    const bool is_meant = letters && letters->size() >= session::limits::task_letters &&
                          each.session.starts_with(*letters);
    const bool is_new = found.empty() || found.back()->session != each.session;
    if (is_meant && is_new) found.push_back(&each);
  }
  if (found.empty()) {
    return misused(Error(ErrorKind::invalid_params,
                         "no goal, decision, milestone or session has this id or text")
                       .with_hint("`tine memory show` shows all of them."));
  }
  if (found.size() > 1) {
    return misused(Error(ErrorKind::invalid_params, "more than one session has an id like that")
                       .with_hint("Give more letters of the id."));
  }
  const auto forgotten = place->memory.forget(found.front()->session, found.front()->begun_ms);
  return forgotten ? exit_code::good : failed(forgotten.error());
}

/// What the copy says, as the file has it.
Result<std::string> checked(const std::string& text, Redactor& redactor) {
  const auto state = session::project_state_of(text);
  if (!state) return fail(state.error());
  return json::redacted(session::text_of(*state), redactor);
}

int edit(Program& program, const MemoryAsked& asked) {
  World& world = program.world();
  const auto place = here(world, asked);
  if (!place) return failed(place.error());
  const auto before = place->memory.text();
  if (!before) return failed(before.error());
  const std::string shown = before->empty() ? session::text_of(ProjectState()) : *before;
  const auto copy = EditedCopy::of(shown, "project_state.json");
  if (!copy) return failed(copy.error());
  const auto edited = copy->edit(world.env);
  const auto kept = [&](Error error) {
    error.message = "the memory stays as it is: " + error.message;
    error.hint = "Your text is in " + copy->path() + ".";
    return failed(error);
  };
  if (!edited) {
    copy->remove();
    return failed(edited.error());
  }
  if (*edited == shown) {
    copy->remove();
    print("Nothing was changed.\n");
    return exit_code::good;
  }
  const auto text = checked(*edited, world.redactor);
  if (!text) return kept(text.error());
  const auto replaced = place->memory.put_in_place_of(*before, *text);
  if (!replaced) return kept(replaced.error());
  if (!*replaced)
    return kept(Error(ErrorKind::invalid_params, "somebody else has changed it meanwhile"));
  copy->remove();
  return exit_code::good;
}

using Work = int (*)(Program& program, const MemoryAsked& asked);

Run declare_show(Options& options) {
  const auto asked = std::make_shared<MemoryAsked>();
  with_folder(options, *asked)
      .value("--branch", asked->branch, "BRANCH",
             "Sessions on this branch (default: the present one; with --json all)");
  return [asked](Program& program) { return show(program, *asked); };
}

Run declare_edit(Options& options) {
  const auto asked = std::make_shared<MemoryAsked>();
  with_folder(options, *asked);
  return [asked](Program& program) { return edit(program, *asked); };
}

template <Work work>
Run of_text(Options& options) {
  const auto asked = std::make_shared<MemoryAsked>();
  with_folder(options, *asked).argument("text", asked->words, "TEXT", "In your words");
  return [asked](Program& program) { return work(program, *asked); };
}

template <Work work>
Run of_id(Options& options) {
  const auto asked = std::make_shared<MemoryAsked>();
  with_folder(options, *asked).argument("id", asked->words, "ID", "The end of its id, or its text");
  return [asked](Program& program) { return work(program, *asked); };
}

Run declare_forget(Options& options) {
  const auto asked = std::make_shared<MemoryAsked>();
  with_folder(options, *asked)
      .argument("id", asked->words, "ID",
                "The end of its id, or its text; of a session the beginning of its id");
  return [asked](Program& program) { return forget(program, *asked); };
}

constexpr std::array<Verb, 9> memory_verbs{{
    {.name = "show",
     .help = "Show what is remembered, and what sessions did on a branch",
     .declare = declare_show},
    {.name = "goal",
     .help = "Add a goal, and print its id",
     .declare = of_text<add<FactKind::goal>>},
    {.name = "decide",
     .help = "Add a decision, and print its id",
     .declare = of_text<add<FactKind::decision>>},
    {.name = "milestone",
     .help = "Add a milestone, and print its id",
     .declare = of_text<add<FactKind::milestone>>},
    {.name = "done",
     .help = "Mark a goal or a milestone as reached",
     .declare = of_id<set<TaskStatus::done>>},
    {.name = "reopen",
     .help = "Mark a goal or a milestone as not reached",
     .declare = of_id<set<TaskStatus::open>>},
    {.name = "forget",
     .help = "Remove a goal, a decision, a milestone, or what is kept of a session",
     .declare = declare_forget},
    {.name = "edit",
     .help = "Change the file in your editor; it is checked before it counts",
     .declare = declare_edit},
    {.name = "merge",
     .help = "Merge two versions of the file; a merge driver for git",
     .declare = declare_memory_merge,
     .examples = "Examples:\n"
                 "  git config merge.tine.driver \"tine memory merge %O %A %B\"\n"
                 "  echo 'project_state.json merge=tine' >> .gitattributes"},
}};

std::span<const Verb> below_memory() { return memory_verbs; }

}  // namespace

const Verb memory_verb{.name = "memory",
                       .help = "See and change what is remembered of a project",
                       .declare = declare_show,
                       .examples =
                           "Examples:\n"
                           "  tine memory\n"
                           "  tine memory goal \"Ship the parser\"\n"
                           "  tine memory decide \"The grammar is a table\"\n"
                           "  tine memory show --branch main --json",
                       .verbs = below_memory};

}  // namespace tine::cli
