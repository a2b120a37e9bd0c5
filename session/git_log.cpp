#include "session/git_log.h"

#include <charconv>
#include <string_view>
#include <utility>

#include "session/git_head.h"
#include "session/git_program.h"
#include "session/limits.h"

namespace tine::session {
namespace {

using git::Words;
using transport::Loop;

/// "commit >NAME" and "SECONDS SUBJECT", line by line; < stands before those that are removed.
GitCommits read_listing(std::string_view text, bool cut) {
  constexpr std::string_view begin = "commit ";
  GitCommits out;
  out.more = cut;
  std::size_t count = 0;
  while (!text.empty()) {
    // A last line that was cut is none.
    if (text.find('\n') == std::string_view::npos) break;
    std::string_view name = git::take_line(text);
    if (!name.starts_with(begin) || text.find('\n') == std::string_view::npos) break;
    name.remove_prefix(begin.size());
    const bool is_removed = name.starts_with('<');
    if (is_removed || name.starts_with('>')) name.remove_prefix(1);
    const std::string_view line = git::take_line(text);
    if (++count > limits::git_log_commits) {
      out.more = true;
      break;
    }
    if (is_removed) {
      ++out.removed;
      continue;
    }
    GitCommit commit;
    commit.name = name;
    std::int64_t seconds = 0;
    const auto [rest, fault] = std::from_chars(line.data(), line.data() + line.size(), seconds);
    const auto digits = static_cast<std::size_t>(rest - line.data());
    if (fault == std::errc()) commit.time_ms = seconds * 1000;
    if (digits < line.size()) commit.subject = line.substr(digits + 1);
    out.added.push_back(std::move(commit));
  }
  return out;
}

/// Whether git knows the commit, and opens the repository at all.
transport::Task<std::optional<bool>> has_commit(Loop& loop, git::Git git, std::string commit) {
  Words words = git::command(git, {"cat-file", "-e", commit.append("^{commit}")});
  const auto answer = co_await git::ask(loop, git, std::move(words));
  if (!answer || answer->cut) co_return std::nullopt;
  co_return answer->exit_code == 0;
}

}  // namespace

transport::Task<Result<GitCommits>> git_commits(Loop& loop, Env& env, std::string cwd,
                                                std::string before, std::string after) {
  const auto git = git::git_for(env, cwd, limits::git_log_deadline);
  if (!git) {
    co_return fail(ErrorKind::unsupported,
                   cwd + " is in no git repository any more, or there is no git");
  }
  const bool is_named = is_git_commit(after) && (before.empty() || is_git_commit(before));
  if (!is_named) co_return fail(ErrorKind::internal, "that is no name of a commit");
  const std::string range = before.empty() ? after : before + "..." + after;
  const std::string most = "--max-count=" + std::to_string(limits::git_log_commits + 1);
  Words words = git::command(
      *git, {"rev-list", "--left-right", "--encoding=UTF-8", "--format=%ct %s", most, range, "--"});
  git::Talk talk;
  talk.most = limits::git_log_output;
  const auto listed = co_await git::ask(loop, *git, std::move(words), std::move(talk));
  if (!listed) co_return git::no_answer("list commits");
  if (listed->cut || listed->exit_code == 0) co_return read_listing(listed->text, listed->cut);
  GitCommits lost;
  lost.lost = true;
  for (const std::string& each : {before, after}) {
    if (each.empty()) continue;
    const auto known = co_await has_commit(loop, *git, each);
    if (!known) co_return git::no_answer("find a commit");
    if (!*known) co_return lost;
  }
  co_return git::no_answer("list commits");
}

transport::Task<Result<std::vector<std::string>>> git_changed(Loop& loop, Env& env, std::string cwd,
                                                              std::string before,
                                                              std::string after) {
  const auto git = git::git_for(env, cwd, limits::git_log_deadline);
  const bool can_ask = git && is_git_commit(before) && is_git_commit(after);
  if (!can_ask) co_return git::no_answer("compare commits");
  // Trees alone are compared: nothing of the work tree is read, and nothing is converted.
  Words words =
      git::command(*git, {"diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff",
                          "--no-textconv", "--ignore-submodules=all", before, after, "--"});
  git::Talk talk;
  talk.most = limits::git_log_output;
  const auto listed = co_await git::ask(loop, *git, std::move(words), std::move(talk));
  if (!listed || (!listed->cut && listed->exit_code != 0))
    co_return git::no_answer("compare commits");
  std::vector<std::string> out;
  std::string_view rest = listed->text;
  // A last name that was cut is none.
  for (std::size_t end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  co_return out;
}

}  // namespace tine::session
