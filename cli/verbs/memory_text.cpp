#include "cli/verbs/memory_text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/ulid.h"
#include "base/visible.h"
#include "cli/columns.h"
#include "cli/table.h"
#include "cli/verbs/session/words.h"
#include "session/memory/facts.h"

namespace tine::cli {
namespace {

using session::Fact;
using session::FactKind;
using session::ProjectState;
using session::TaskStatus;

/// Commits that are shown without --json.
constexpr std::size_t shown_commits = 10;

std::string mark(TaskStatus status) {
  if (status == TaskStatus::done) return "[x]";
  if (status == TaskStatus::dropped) return "[-]";
  return status == TaskStatus::active ? "[>]" : "[ ]";
}

std::string indented(const std::string& text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    out.append("  ").append(line);
    rest.remove_prefix(line.size());
  }
  return out;
}

std::string section(const std::string& head, const Table& table) {
  const std::string text = table.text(columns_of(STDOUT_FILENO));
  return text.empty() ? text : head + "\n" + indented(text) + "\n";
}

std::string facts_text(const ProjectState& state) {
  constexpr std::array<const char*, 3> heads{"Goals", "Decisions", "Milestones"};
  const std::size_t letters = session::letters_of_facts(state);
  std::string out;
  for (const FactKind kind : session::fact_kinds) {
    Table table;
    for (const Fact& each : session::facts_of(state, kind)) {
      const std::string id = each.id.substr(each.id.size() - std::min(letters, each.id.size()));
      const bool is_decision = kind == FactKind::decision;
      table.add(
          {id, is_decision ? day_of(each.made_ms) : mark(each.status), visible_line(each.text)});
    }
    out += section(heads.at(static_cast<std::size_t>(kind)), table);
  }
  return out;
}

}  // namespace

std::string project_text(const session::ProjectState& state) {
  std::string out = facts_text(state);
  std::size_t left = 0;
  for (const auto& [id, task] : state.tasks.tasks())
    left += session::is_over(task.status) ? 0U : 1U;
  if (left > 0) out += "Tasks\n  " + counted(left, "task") + " left: tine tasks\n\n";
  Table commits;
  const std::size_t first =
      state.checkpoints.size() - std::min(state.checkpoints.size(), shown_commits);
  for (std::size_t i = first; i < state.checkpoints.size(); ++i) {
    const auto& each = state.checkpoints[i];
    commits.add({each.commit.substr(0, shown_commit), visible_line(each.branch),
                 visible_line(each.subject),
                 each.by.session + ", turn " + std::to_string(each.by.turn)});
  }
  return out + section("Commits of sessions", commits);
}

std::string session_text(const session::SessionMemory& memory) {
  std::string out = "Session " + memory.session +
                    (memory.branch.empty() ? "" : " on " + visible_line(memory.branch)) +
                    ", last used " + local_time(memory.changed_ms) + "\n";
  for (const auto& each : memory.turns) {
    out += "  turn " + std::to_string(each.turn) + ": " + visible_line(each.asked) +
           (each.stop == "end_turn" ? "" : " (" + visible_line(each.stop) + ")") + "\n";
  }
  const auto list = [&out](const char* head, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    out += std::string("  ") + head + "\n";
    for (const std::string& each : lines) out += "    " + each + "\n";
  };
  std::vector<std::string> lines;
  lines.reserve(memory.pending.size());
  for (const auto& each : memory.pending)
    lines.push_back(mark(each.status) + " " + visible_line(each.title));
  list("left open", lines);
  lines.clear();
  for (const auto& each : memory.files)
    lines.push_back(visible_line(each.path) + (each.how.empty() ? "" : ": " + each.how));
  list("files", lines);
  lines.clear();
  for (const auto& each : memory.commits)
    lines.push_back(each.commit.substr(0, shown_commit) + "  " + visible_line(each.subject));
  list("commits", lines);
  return out + "\n";
}

}  // namespace tine::cli
