#include "session/memory/project_state.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "session/memory/wire.h"

namespace tine::session {
namespace {

using memory::commit_of;
using memory::damaged;
using memory::Document;
using memory::evidence_of;
using memory::json_of;
using memory::Members;
using memory::put;
using memory::put_more;
using memory::put_time;

constexpr std::uint64_t version = 1;

Fact fact_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  Fact out;
  out.id = members.id();
  out.text = members.text("text");
  out.status = members.status("status");
  out.from = evidence_of(members.take("from"), where + ".from", fault);
  out.made_ms = members.time("made");
  out.changed_ms = members.time("changed");
  out.more = members.rest();
  return out;
}

std::vector<std::string> texts_of(Members& members, const char* name) {
  std::vector<std::string> out;
  members.list(name, [&](const Document& each, const std::string&) {
    if (each.is_string()) return out.push_back(each.get<std::string>());
    members.note(name, "expected a list of texts");
  });
  return out;
}

Task task_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  Task out;
  out.id = members.id();
  out.title = members.text("title");
  out.status = members.status("status");
  out.owner = members.text("owner");
  out.target = members.text("target");
  out.needs = texts_of(members, "needs");
  std::sort(out.needs.begin(), out.needs.end());
  members.list("evidence", [&](Document each, const std::string& place) {
    out.evidence.push_back(evidence_of(std::move(each), place, fault));
  });
  out.told_in = texts_of(members, "toldIn");
  out.made_ms = members.time("made");
  out.changed_ms = members.time("changed");
  out.more = members.rest();
  return out;
}

/// Puts tasks together again: first all of them, then what they need, so that a circle is found.
void take_tasks(std::vector<std::pair<Task, std::string>> tasks, TaskGraph& graph,
                std::optional<Error>& fault) {
  std::vector<TaskLink> links;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < tasks.size() && !fault; ++i) {
    auto& [task, where] = tasks[i];
    for (std::string& needed : std::exchange(task.needs, {})) {
      links.push_back({.id = task.id, .needed = std::move(needed)});
      owners.push_back(i);
    }
    if (const auto added = graph.add(std::move(task)); !added)
      fault = damaged(where, added.error().message);
  }
  if (fault) return;
  if (const auto refused = graph.link_all(links))
    fault = damaged(tasks[owners[refused->place]].second + ".needs", refused->error.message);
}

Document json_of(const Fact& fact) {
  Document out = Document::object();
  out["id"] = fact.id;
  out["text"] = fact.text;
  out["status"] = name_of(fact.status);
  if (fact.from != Evidence()) out["from"] = json_of(fact.from);
  put_time(out, "made", fact.made_ms);
  put_time(out, "changed", fact.changed_ms);
  put_more(out, fact.more);
  return out;
}

Document json_of(const Task& task) {
  Document out = Document::object();
  out["id"] = task.id;
  out["title"] = task.title;
  out["status"] = name_of(task.status);
  put(out, "owner", task.owner);
  put(out, "target", task.target);
  if (!task.needs.empty()) out["needs"] = task.needs;
  for (const Evidence& each : task.evidence) out["evidence"].push_back(json_of(each));
  if (!task.told_in.empty()) out["toldIn"] = task.told_in;
  put_time(out, "made", task.made_ms);
  put_time(out, "changed", task.changed_ms);
  put_more(out, task.more);
  return out;
}

template <class All>
Document list_of(const All& all) {
  Document out = Document::array();
  for (const auto& each : all) out.push_back(json_of(each));
  return out;
}

}  // namespace

Result<ProjectState> project_state_of(std::string_view text) {
  auto file = memory::parsed_file(text, version);
  if (!file) return fail(std::move(file.error()));
  std::optional<Error> fault;
  ProjectState out;
  Members members(std::move(*file), "", fault);
  members.count("version");
  const auto facts = [&](const char* name, std::vector<Fact>& into) {
    members.list(name, [&](Document each, const std::string& where) {
      into.push_back(fact_of(std::move(each), where, fault));
    });
  };
  facts("goals", out.goals);
  facts("decisions", out.decisions);
  facts("milestones", out.milestones);
  members.list("checkpoints", [&](Document each, const std::string& where) {
    out.checkpoints.push_back(commit_of(std::move(each), where, fault));
  });
  std::vector<std::pair<Task, std::string>> tasks;
  members.list("tasks", [&](Document each, const std::string& where) {
    tasks.emplace_back(task_of(std::move(each), where, fault), where);
  });
  out.more = members.rest();
  if (!fault) take_tasks(std::move(tasks), out.tasks, fault);
  if (fault) return fail(std::move(*fault));
  return out;
}

std::string text_of(const ProjectState& state) {
  Document out = Document::object();
  out["version"] = version;
  out["goals"] = list_of(state.goals);
  out["decisions"] = list_of(state.decisions);
  out["milestones"] = list_of(state.milestones);
  out["checkpoints"] = list_of(state.checkpoints);
  std::vector<Task> tasks;
  for (const auto& [id, task] : state.tasks.tasks()) tasks.push_back(task);
  out["tasks"] = list_of(tasks);
  put_more(out, state.more);
  return memory::file_text(out);
}

std::string tasks_json(const TaskGraph& graph, const std::vector<std::string>& ids) {
  std::vector<Task> tasks;
  tasks.reserve(ids.size());
  for (const std::string& id : ids) tasks.push_back(graph.tasks().at(id));
  return json::text_of(list_of(tasks));
}

}  // namespace tine::session
