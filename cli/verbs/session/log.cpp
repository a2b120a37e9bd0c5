// `tine session log`: the commits that the turns of a session have made.

#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/json/document.h"
#include "base/ulid.h"
#include "base/visible.h"
#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/git_log.h"
#include "session/record/data.h"
#include "session/store/reader.h"

namespace tine::cli {
namespace {

namespace record_type = session::record_type;
using session::GitCommits;
using session::GitHead;

/// What is known of a turn's work in the repository.
struct LoggedTurn {
  std::uint64_t number = 0;
  std::string began;
  std::string ended;  ///< empty: it runs
  bool aborted = false;
  session::TurnGit git;
  GitCommits commits;
  std::string fault;  ///< why the commits cannot be listed, in words

  std::string commit_before() const { return git.before ? git.before->commit : std::string(); }
  std::string commit_after() const { return git.after ? git.after->commit : std::string(); }
  bool has_moved() const { return git.after && commit_before() != commit_after(); }
  bool has_changed_branch() const {
    return git.before && git.after && git.before->branch != git.after->branch;
  }
  bool has_rewritten() const { return !has_changed_branch() && commits.removed > 0; }
  /// Whether it was committed within the turn, as far as its time tells; git knows no parts of a
  /// second.
  bool has_made(const session::GitCommit& commit) const {
    const auto from = wall_ms_of(began);
    return !from || commit.time_ms >= *from - *from % 1000;
  }
};

/// The session's own turns, not those of its ancestors.
transport::Task<Result<std::vector<LoggedTurn>>> turns_of(World& world,
                                                          session::store::IndexEntry entry) {
  auto folder = world.store.open(entry);
  if (!folder) co_return fail(std::move(folder.error()));
  auto reader = session::store::Reader::open(*folder, session::store::Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  std::vector<LoggedTurn> turns;
  for (;;) {
    if (reader->needs_disk()) co_await transport::yield(world.loop);
    const auto line = reader->next();
    if (!line) co_return fail(line.error());
    if (!*line) break;
    const session::store::Line& record = **line;
    if (record.type == record_type::prompt) {
      LoggedTurn turn;
      turn.number = json::count_in(record.data, "turn").value_or(0);
      turn.began = record.time;
      turns.push_back(std::move(turn));
    }
    const bool is_end =
        record.type == record_type::turn_end || record.type == record_type::turn_aborted;
    if (!is_end || turns.empty()) continue;
    turns.back().ended = record.time;
    turns.back().aborted = record.type == record_type::turn_aborted;
    if (auto git = session::turn_git_in(record.data)) turns.back().git = std::move(*git);
  }
  co_return turns;
}

/// Asks git for the commits of each turn; gives what stands against asking at all.
transport::Task<std::optional<Error>> find_commits(World& world, const std::string& cwd,
                                                   std::vector<LoggedTurn>& turns) {
  std::optional<Error> gone;
  for (LoggedTurn& turn : turns) {
    if (!turn.has_moved() || turn.commit_after().empty()) continue;
    if (gone) {
      turn.fault = "the repository is gone";
      continue;
    }
    auto found = co_await session::git_commits(world.loop, world.env, cwd, turn.commit_before(),
                                               turn.commit_after());
    if (found) {
      turn.commits = std::move(*found);
      if (turn.commits.lost) turn.fault = "git does not have these commits any more";
    } else if (found.error().kind == ErrorKind::unsupported) {
      turn.fault = "the repository is gone";
      gone = std::move(found.error());
    } else {
      turn.fault = found.error().message;
    }
  }
  co_return gone;
}

// --- as text

std::string short_commit(const std::string& name) { return name.substr(0, shown_commit); }

std::string branch_text(const GitHead& head) {
  return head.branch.empty() ? "no branch" : head.branch;
}

/// What there is to say of a turn beside its commits, in sentences without a full stop.
std::vector<std::string> remarks_on(const LoggedTurn& turn) {
  std::vector<std::string> out;
  if (turn.aborted) out.emplace_back("its process did not live to tell what it has committed");
  if (turn.has_changed_branch()) {
    out.push_back("the branch changed from " + branch_text(*turn.git.before) + " to " +
                  branch_text(*turn.git.after));
  }
  if (turn.has_rewritten()) {
    out.push_back("history was rewritten: " + counted(turn.commits.removed, "commit") +
                  " from before is not in it any more");
  }
  if (!turn.fault.empty()) {
    const std::string before = turn.commit_before();
    out.push_back("HEAD went from " + (before.empty() ? "nothing" : short_commit(before)) + " to " +
                  short_commit(turn.commit_after()) + "; " + turn.fault);
  }
  std::uint64_t older = 0;
  for (const session::GitCommit& each : turn.commits.added) older += turn.has_made(each) ? 0U : 1U;
  if (older > 0) {
    out.push_back(counted(older, "commit") +
                  " from before the turn came in: fetched, merged or checked out");
  }
  if (turn.commits.more) out.emplace_back("and more commits than are listed");
  return out;
}

void tell(World& world, const std::vector<LoggedTurn>& turns) {
  const auto columns = columns_of(STDOUT_FILENO);
  Table table = columns ? Table({"turn", "committed", "commit", "subject"}) : Table();
  bool is_empty = true;
  for (const LoggedTurn& turn : turns) {
    const std::string number = std::to_string(turn.number);
    for (const session::GitCommit& each : turn.commits.added) {
      if (!turn.has_made(each)) continue;
      is_empty = false;
      table.add({number, spoken_time(each.time_ms, world.env.wall_ms()), short_commit(each.name),
                 visible_line(world.redactor.redacted(each.subject))});
    }
    for (const std::string& remark : remarks_on(turn)) {
      is_empty = false;
      table.add({number, "", "", "(" + visible_line(remark) + ")"});
    }
  }
  print(is_empty ? "No turn of this session has made a commit.\n" : table.text(columns));
}

// --- as JSON

json::Document head_document(const std::optional<GitHead>& head) {
  if (!head) return nullptr;
  json::Document out;
  out["branch"] = head->branch;
  out["commit"] = head->commit;
  return out;
}

json::Document turn_document(World& world, const LoggedTurn& turn) {
  json::Document out;
  out["turn"] = turn.number;
  out["began"] = turn.began;
  out["ended"] = turn.ended;
  out["aborted"] = turn.aborted;
  out["before"] = head_document(turn.git.before);
  out["after"] = head_document(turn.git.after);
  out["branchChanged"] = turn.has_changed_branch();
  out["rewritten"] = turn.has_rewritten();
  out["removed"] = turn.commits.removed;
  json::Document& commits = out["commits"] = json::Document::array();
  for (const session::GitCommit& each : turn.commits.added) {
    json::Document& commit = commits.emplace_back();
    commit["commit"] = each.name;
    commit["time"] = rfc3339(each.time_ms);
    commit["subject"] = world.redactor.redacted(each.subject);
    commit["inTurn"] = turn.has_made(each);
  }
  out["more"] = turn.commits.more;
  if (!turn.fault.empty()) out["fault"] = turn.fault;
  return out;
}

transport::Task<int> show_log(World& world, std::string id, bool json) {
  const auto entry = co_await world.store.find_prefix(std::move(id));
  if (!entry) co_return failed(entry.error());
  const auto state = world.store.read_state(*entry);
  if (!state) co_return failed(state.error());
  auto turns = co_await turns_of(world, *entry);
  if (!turns) co_return failed(turns.error());
  const auto gone = co_await find_commits(world, state->cwd, *turns);
  if (json) {
    json::Document all = json::Document::array();
    for (const LoggedTurn& each : *turns) {
      if (!each.ended.empty()) all.push_back(turn_document(world, each));
    }
    print(json::text_of(all) + "\n");
  } else {
    tell(world, *turns);
  }
  if (!state->parent.empty() && !json) {
    print_to_stderr("Turns up to " + std::to_string(state->fork_turn) +
                    " are its parent's: tine session log " + state->parent + "\n");
  }
  if (!turns->empty() && turns->back().ended.empty()) {
    print_to_stderr("Turn " + std::to_string(turns->back().number) +
                    " has not ended; what it commits is listed then.\n");
  }
  if (gone) co_return failed(*gone);
  co_return exit_code::good;
}

}  // namespace

const Verb session_log_verb{
    .name = "log",
    .help = "List the commits that the turns of a session have made",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource /*shutdown*/) {
          return show_log(world, *id, program.common.json);
        });
      };
    },
    .examples = "Example:\n  tine session log 01JH4Q --json | jq -r '.[].commits[].commit'"};

}  // namespace tine::cli
