#include "session/memory/remember.h"

#include <algorithm>
#include <functional>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/utf8.h"
#include "base/json/view.h"
#include "base/ulid.h"
#include "session/git_log.h"
#include "session/memory/limits.h"
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

std::string_view name_of(FileChange::How how) {
  switch (how) {
    case FileChange::How::added:
      return "added";
    case FileChange::How::changed:
      return "changed";
    case FileChange::How::emptied:
      return "emptied";
    case FileChange::How::removed:
      return "removed";
    case FileChange::How::moved:
      return "moved";
  }
  return {};
}

std::string label(std::string text) {
  if (text.size() > limits::session_label)
    text.resize(json::character_start(text, limits::session_label));
  return text;
}

/// As the project names it.
std::string within(const std::string& project, const std::string& path) {
  const bool is_inside =
      path.size() > project.size() + 1 && path.starts_with(project) && path[project.size()] == '/';
  return is_inside ? path.substr(project.size() + 1) : path;
}

/// Takes the words out of what was gathered of one turn.
void take_digest(Digest digest, const std::string& project, TurnNews& news) {
  if (!digest.asked.empty()) {
    news.note.asked = std::move(digest.asked.back().prompt);
  } else if (!digest.unanswered.empty()) {
    news.note.asked = std::move(digest.unanswered.back().what);
  }
  if (!digest.last.empty()) {
    const Excerpt& answer = digest.last.back().answer;
    news.note.answered = answer.begin;
    if (answer.left_out > 0) news.note.answered += " […] " + answer.end;
  }
  for (const Digest::File& each : digest.files) {
    news.files.push_back({.path = label(within(project, each.sum.path)),
                          .how = std::string(name_of(each.sum.how)),
                          .turn = news.note.turn,
                          .more = {}});
  }
}

/// Of the branch on which it ended; what cannot be found out is left out.
transport::Task<std::vector<CommitMade>> commits_of(Library library, TurnDone done) {
  std::vector<CommitMade> out;
  const bool has_moved = done.after && !done.after->commit.empty() &&
                         (!done.before || done.before->commit != done.after->commit);
  if (!has_moved) co_return out;
  std::string before = done.before ? done.before->commit : std::string();
  const auto found = co_await git_commits(library.loop, library.env, done.cwd, std::move(before),
                                          done.after->commit);
  if (!found) {
    library.log.info("the commits of a turn are not remembered: " + found.error().message);
    co_return out;
  }
  constexpr std::int64_t second = 1000;  // git tells no part of one
  for (const auto& each : std::views::reverse(found->added)) {
    if (each.time_ms < done.begun_ms - done.begun_ms % second) continue;
    out.push_back({.commit = each.name,
                   .branch = done.after->branch,
                   .subject = label(library.redactor.redacted(each.subject)),
                   .by = {.session = done.session, .turn = done.turn, .commit = {}},
                   .made_ms = each.time_ms,
                   .more = {}});
  }
  co_return out;
}

/// On a worker's thread.
Result<void> change_files(const MemoryFile& file, const SessionBranch& of, TurnNews news,
                          std::vector<std::string> ids) {
  return file.change_both(of, [&](SessionMemory& session, ProjectState& state) {
    std::string commit;
    if (!news.commits.empty()) commit = news.commits.back().commit;
    const PlanOrigin from{
        .backend = news.note.backend,
        .turn = {.session = of.session, .turn = news.note.turn, .commit = std::move(commit)},
        .now_ms = news.note.ended_ms};
    auto id = ids.begin();
    bool changed = state.tasks.fold(news.plan, from, [&id] { return *id++; });
    add_turn(session, std::move(news));
    changed |= roll_up(session, state);
    return changed;
  });
}

}  // namespace

transport::Task<void> remember_turn(Library library, TurnDone done) {
  const std::string project = git_project(done.cwd);
  const MemoryFile file = memory_of_project(library, done.cwd);
  TurnNews news;
  news.note.turn = done.turn;
  news.note.backend = done.backend;
  news.note.stop = done.stop;
  news.note.ended_ms = library.env.wall_ms();
  news.plan = steps_of(done.plan, library.redactor);
  std::optional<GitHead> head = done.after;
  if (head) news.note.commit = head->commit;
  if (done.history) {
    auto digest = co_await digest_of(library.loop, library.store, library.redactor, done.history,
                                     done.records, limits::turn_answer);
    if (digest) {
      take_digest(std::move(*digest), project, news);
    } else {
      library.log.warning("the words of a turn are not remembered: " + digest.error().message);
    }
  }
  SessionBranch of{.session = done.session,
                   .branch = head ? head->branch : std::string(),
                   .in_git = head.has_value(),
                   .begun_ms = done.session_begun_ms};
  auto commits = co_await commits_of(library, std::move(done));
  news.commits = std::move(commits);

  UlidSource source(library.env);
  std::vector<std::string> ids(news.plan.size());
  for (std::string& id : ids) id = source.next();
  const auto changed = std::make_shared<Result<void>>();
  std::function<void()> job = [changed, file, of = std::move(of), news = std::move(news),
                               ids = std::move(ids)]() mutable {
    *changed = change_files(file, of, std::move(news), std::move(ids));
  };
  co_await library.store.worker().run(std::move(job));
  if (!*changed) {
    library.log.warning("the turn was not kept in the project's memory: " +
                        changed->error().message);
  }
}

MemoryFile memory_of_project(const Library& library, const std::string& cwd) {
  const std::string project = git_project(cwd);
  WorkTree tree;
  if (git_head(cwd)) tree.top = project;
  tree.holds_memory =
      library.policy.memory_location == MemoryLocation::repository && !tree.top.empty();
  // A path that holds a secret is kept without it; the redactor lives on this thread alone.
  return MemoryFile(store::system_files(), library.store.path(),
                    kept_path(project, library.redactor), std::move(tree));
}

transport::Task<void> forget_session(Library library, store::State state) {
  const auto forgotten = std::make_shared<Result<void>>();
  const std::int64_t begun_ms = wall_ms_of(state.created).value_or(0);
  std::function<void()> job = [forgotten, file = memory_of_project(library, state.cwd),
                               session = std::move(state.id),
                               begun_ms] { *forgotten = file.forget(session, begun_ms); };
  co_await library.store.worker().run(std::move(job));
  if (!*forgotten) {
    library.log.warning("the memory of a deleted session is still there: " +
                        forgotten->error().message);
  }
}

}  // namespace tine::session
