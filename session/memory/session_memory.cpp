#include "session/memory/session_memory.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "session/memory/limits.h"
#include "session/memory/wire.h"

namespace tine::session {
namespace {

using memory::commit_of;
using memory::Document;
using memory::Members;
using memory::put;
using memory::put_more;
using memory::put_time;

constexpr std::uint64_t memory_version = 1;

TurnNote turn_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  TurnNote out;
  out.turn = members.count("turn");
  out.backend = members.text("backend");
  out.stop = members.text("stop");
  out.asked = members.text("asked");
  out.answered = members.text("answered");
  out.commit = members.text("commit");
  out.ended_ms = members.time("ended");
  out.more = members.rest();
  return out;
}

TouchedFile file_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  TouchedFile out;
  out.path = members.text("path");
  out.how = members.text("how");
  out.turn = members.count("turn");
  out.more = members.rest();
  return out;
}

PlanStep step_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  PlanStep out;
  out.title = members.text("title");
  out.status = members.status("status");
  return out;
}

Document json_of(const TurnNote& note) {
  Document out = Document::object();
  out["turn"] = note.turn;
  put(out, "backend", note.backend);
  put(out, "stop", note.stop);
  put(out, "asked", note.asked);
  put(out, "answered", note.answered);
  put(out, "commit", note.commit);
  put_time(out, "ended", note.ended_ms);
  put_more(out, note.more);
  return out;
}

Document json_of(const TouchedFile& file) {
  Document out = Document::object();
  out["path"] = file.path;
  put(out, "how", file.how);
  if (file.turn != 0) out["turn"] = file.turn;
  put_more(out, file.more);
  return out;
}

Document json_of(const PlanStep& step) {
  Document out = Document::object();
  out["title"] = step.title;
  out["status"] = name_of(step.status);
  return out;
}

template <class T>
void keep_newest(std::vector<T>& all, std::size_t most) {
  if (all.size() > most) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(most));
}

/// Notes the commit at what the session got done by then and that has none yet.
bool note_at_tasks(const CommitMade& made, TaskGraph& graph) {
  std::vector<std::pair<std::string, Evidence>> shown;
  for (const auto& [id, task] : graph.tasks()) {
    if (task.status != TaskStatus::done) continue;
    const auto fits = [&](const Evidence& each) {
      return each.session == made.by.session && each.turn <= made.by.turn;
    };
    // What was worked on later was not done with that commit.
    if (task.evidence.empty() || !fits(task.evidence.back())) continue;
    if (!task.evidence.back().commit.empty()) continue;
    shown.emplace_back(
        id, Evidence{.session = made.by.session, .turn = made.by.turn, .commit = made.commit});
  }
  for (const auto& [id, evidence] : shown) graph.add_evidence(id, evidence);
  return !shown.empty();
}

}  // namespace

Result<SessionMemory> session_memory_of(std::string_view text) {
  auto file = memory::parsed_file(text, memory_version);
  if (!file) return fail(std::move(file.error()));
  std::optional<Error> fault;
  SessionMemory out;
  Members members(std::move(*file), "", fault);
  members.count("version");
  out.session = members.text("session");
  out.branch = members.text("branch");
  out.begun_ms = members.time("begun");
  out.changed_ms = members.time("changed");
  members.list("turns", [&](Document each, const std::string& where) {
    out.turns.push_back(turn_of(std::move(each), where, fault));
  });
  members.list("pending", [&](Document each, const std::string& where) {
    out.pending.push_back(step_of(std::move(each), where, fault));
  });
  members.list("files", [&](Document each, const std::string& where) {
    out.files.push_back(file_of(std::move(each), where, fault));
  });
  members.list("commits", [&](Document each, const std::string& where) {
    out.commits.push_back(commit_of(std::move(each), where, fault));
  });
  out.more = members.rest();
  if (fault) return fail(std::move(*fault));
  return out;
}

std::string text_of(const SessionMemory& memory) {
  Document out = Document::object();
  out["version"] = memory_version;
  out["session"] = memory.session;
  put(out, "branch", memory.branch);
  put_time(out, "begun", memory.begun_ms);
  put_time(out, "changed", memory.changed_ms);
  for (const char* name : {"turns", "pending", "files", "commits"}) out[name] = Document::array();
  for (const TurnNote& each : memory.turns) out["turns"].push_back(json_of(each));
  for (const PlanStep& each : memory.pending) out["pending"].push_back(json_of(each));
  for (const TouchedFile& each : memory.files) out["files"].push_back(json_of(each));
  for (const CommitMade& each : memory.commits) out["commits"].push_back(memory::json_of(each));
  put_more(out, memory.more);
  return memory::file_text(out);
}

void add_turn(SessionMemory& memory, TurnNews news) {
  memory.changed_ms = std::max(memory.changed_ms, news.note.ended_ms);
  if (!news.plan.empty()) {
    memory.pending = std::move(news.plan);
    std::erase_if(memory.pending, [](const PlanStep& each) { return is_over(each.status); });
  }
  for (TouchedFile& file : news.files) {
    std::erase_if(memory.files, [&](const TouchedFile& each) { return each.path == file.path; });
    memory.files.push_back(std::move(file));
  }
  keep_newest(memory.files, limits::session_files);
  for (CommitMade& made : news.commits) {
    std::erase_if(memory.commits,
                  [&](const CommitMade& each) { return each.commit == made.commit; });
    memory.commits.push_back(std::move(made));
  }
  keep_newest(memory.commits, limits::session_commits);
  std::erase_if(memory.turns, [&](const TurnNote& each) { return each.turn == news.note.turn; });
  memory.turns.push_back(std::move(news.note));
  std::stable_sort(
      memory.turns.begin(), memory.turns.end(),
      [](const TurnNote& one, const TurnNote& other) { return one.turn < other.turn; });
  keep_newest(memory.turns, limits::session_turns);
}

bool roll_up(const SessionMemory& memory, ProjectState& state) {
  bool changed = false;
  for (const CommitMade& made : memory.commits) {
    const bool is_known =
        std::any_of(state.checkpoints.begin(), state.checkpoints.end(),
                    [&](const CommitMade& each) { return each.commit == made.commit; });
    // What has made room for newer ones does not come back.
    const bool is_old = state.checkpoints.size() >= limits::checkpoints &&
                        made.made_ms <= state.checkpoints.front().made_ms;
    if (!is_known && !is_old) {
      state.checkpoints.push_back(made);
      changed |= true;
    }
    changed |= note_at_tasks(made, state.tasks);
  }
  keep_newest(state.checkpoints, limits::checkpoints);
  return changed;
}

}  // namespace tine::session
