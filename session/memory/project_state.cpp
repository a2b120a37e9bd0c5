#include "session/memory/project_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json/document.h"
#include "base/json/scanner.h"
#include "base/limits.h"
#include "base/ulid.h"

namespace tine::session {
namespace {

using json::Document;

constexpr std::int64_t version = 1;

Error damaged(const std::string& where, std::string_view what) {
  return {ErrorKind::damaged, where + ": " + std::string(what)};
}

/// Takes the members out of an object; what is left is what this version does not know. The first
/// fault is kept.
class Members {
 public:
  Members(Document object, std::string where, std::optional<Error>& fault)
      : object_(std::move(object)), where_(std::move(where)), fault_(fault) {
    if (!object_.is_object()) note("", "expected an object");
  }

  Document take(const char* name) {
    if (!object_.is_object()) return {};
    const auto found = object_.find(name);
    if (found == object_.end()) return {};
    Document value = std::move(*found);
    object_.erase(found);
    return value;
  }
  std::string text(const char* name) {
    const Document value = take(name);
    if (value.is_null()) return {};
    if (value.is_string()) return value.get<std::string>();
    note(name, "expected a text");
    return {};
  }
  std::uint64_t count(const char* name) {
    const Document value = take(name);
    if (value.is_null()) return 0;
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    note(name, "expected a whole number that is not negative");
    return 0;
  }
  std::int64_t time(const char* name) {
    const std::string value = text(name);
    if (value.empty()) return 0;
    const auto ms = wall_ms_of(value);
    if (!ms) note(name, "expected a time like 2026-01-31T12:00:00.000Z");
    return ms.value_or(0);
  }
  TaskStatus status(const char* name) {
    const std::string value = text(name);
    if (value.empty()) return TaskStatus::open;
    const auto named = task_status_named(value);
    if (!named) note(name, "expected open, active, done or dropped");
    return named.value_or(TaskStatus::open);
  }
  std::string id() {
    std::string value = text("id");
    if (!is_ulid(value)) note("id", "expected a ULID");
    return value;
  }
  /// Calls `each` with the elements of a list and their places.
  template <class Each>
  void list(const char* name, const Each& each) {
    Document value = take(name);
    if (value.is_null()) return;
    if (!value.is_array()) return note(name, "expected a list");
    for (std::size_t i = 0; i < value.size(); ++i)
      each(std::move(value[i]), where_of(name) + "[" + std::to_string(i) + "]");
  }
  std::string rest() const {
    if (!object_.is_object() || object_.empty()) return {};
    const std::string text = json::text_of(object_);
    return text.substr(1, text.size() - 2);
  }
  void note(std::string_view name, std::string_view what) {
    if (!fault_) fault_ = damaged(where_of(name), what);
  }

 private:
  std::string where_of(std::string_view name) const {
    if (name.empty()) return where_.empty() ? "the file" : where_;
    return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
  }

  Document object_;
  std::string where_;
  std::optional<Error>& fault_;
};

Evidence evidence_of(Document json, const std::string& where, std::optional<Error>& fault) {
  if (json.is_null()) return {};
  Members members(std::move(json), where, fault);
  return {.session = members.text("session"),
          .turn = members.count("turn"),
          .commit = members.text("commit")};
}

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

CommitMade commit_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  CommitMade out;
  out.commit = members.text("commit");
  out.branch = members.text("branch");
  out.subject = members.text("subject");
  out.by = evidence_of(members.take("by"), where + ".by", fault);
  out.made_ms = members.time("made");
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
  std::vector<std::vector<std::string>> needs;
  for (auto& [task, where] : tasks) {
    needs.push_back(std::exchange(task.needs, {}));
    if (const auto added = graph.add(task); !added && !fault)
      fault = damaged(where, added.error().message);
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (const std::string& needed : needs[i]) {
      if (const auto linked = graph.link(tasks[i].first.id, needed); !linked && !fault)
        fault = damaged(tasks[i].second + ".needs", linked.error().message);
    }
  }
}

void put(Document& to, const char* name, const std::string& text) {
  if (!text.empty()) to[name] = text;
}
void put_time(Document& to, const char* name, std::int64_t ms) {
  if (ms != 0) to[name] = rfc3339(ms);
}
void put_more(Document& to, const std::string& more) {
  if (more.empty()) return;
  Document members = json::parsed("{" + more + "}");
  for (auto& [name, value] : members.items()) to[name] = std::move(value);
}

Document json_of(const Evidence& from) {
  Document out = Document::object();
  put(out, "session", from.session);
  if (from.turn != 0) out["turn"] = from.turn;
  put(out, "commit", from.commit);
  return out;
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

Document json_of(const CommitMade& made) {
  Document out = Document::object();
  out["commit"] = made.commit;
  put(out, "branch", made.branch);
  put(out, "subject", made.subject);
  if (made.by != Evidence()) out["by"] = json_of(made.by);
  put_time(out, "made", made.made_ms);
  put_more(out, made.more);
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
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
  if (!scanner.feed(text) || !scanner.finish()) {
    const auto line = std::count(text.begin(), text.begin() + scanner.fault_offset(), '\n') + 1;
    return fail(damaged("line " + std::to_string(line), json::describe(scanner.fault())));
  }
  std::optional<Error> fault;
  ProjectState out;
  Members members(json::parsed(text), "", fault);
  if (const auto written = members.count("version"); !fault && written > version) {
    return fail(Error(ErrorKind::unsupported, "the file has version " + std::to_string(written) +
                                                  ", and this program knows " +
                                                  std::to_string(version))
                    .with_hint("Update tine."));
  }
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
  return out.dump(2, ' ', false, Document::error_handler_t::replace) + "\n";
}

}  // namespace tine::session
