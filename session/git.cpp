#include "session/git.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json/utf8.h"
#include "session/limits.h"
#include "session/project.h"
#include "transport/child.h"
#include "transport/event.h"
#include "transport/program_path.h"

namespace tine::session {
namespace {

using transport::Child;
using transport::Loop;
using transport::Milliseconds;
using transport::Task;
using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

/// How git is asked about one directory.
struct Git {
  std::string program;
  Words environment;
  std::string cwd;
  Clock::time_point deadline;
};

/// One question under way.
struct Run {
  Run(Loop& loop, std::unique_ptr<Child> started)
      : child(std::move(started)), channel(child->take_channel()), over(loop) {}

  void kill() const {
    child->signal(SIGKILL);
    channel->close();
  }

  std::unique_ptr<Child> child;
  std::unique_ptr<transport::Channel> channel;
  transport::Event over;
  bool late = false;
};

struct Answer {
  std::string text;
  bool cut = false;
  int exit_code = 0;  // of one that was not cut
};

bool in_repository(const std::string& cwd) {
  std::filesystem::path folder(cwd);
  for (;;) {
    std::error_code ignored;
    if (std::filesystem::exists(folder / ".git", ignored)) return true;
    if (!folder.has_relative_path()) return false;
    folder = folder.parent_path();
  }
}

/// No variable GIT_* of ours reaches git. No transport is allowed, whatever the configuration says,
/// so no helper for one is started either.
Words environment(const Env& env) {
  Words out{"GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0"};
  for (const std::string_view name : {"HOME", "PATH", "LANG"}) {
    if (const auto value = env.variable(name))
      out.push_back(std::string(name).append("=").append(*value));
  }
  return out;
}

Words command(const Git& git) {
  return {git.program, "--no-pager", "--no-optional-locks",
          // A program that tells what has changed; it may also be a daemon of git's own.
          "-c", "core.fsmonitor=",
          // Run when the index is written, which needs a lock.
          "-c", "core.hooksPath=/dev/null",
          // A folder of the work tree that looks like a repository is none.
          "-c", "safe.bareRepository=explicit"};
}

Task<void> end_at(std::shared_ptr<Run> run, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
  const bool over = co_await run->over.wait_for(left);
  if (over) co_return;
  run->late = true;
  run->kill();
}

/// A child that nobody listens to would wait for ever.
Task<void> pass_over(std::unique_ptr<transport::Channel> channel) {
  std::array<char, 4096> room{};
  for (;;) {
    const auto got = co_await channel->read_some(room);
    if (!got || *got == 0) co_return;
  }
}

/// None when git does not answer in time, or ends by a signal.
Task<std::optional<Answer>> ask(Loop& loop, Git git, Words words) {
  transport::ChildSpec spec;
  spec.command = std::move(words);
  spec.environment = git.environment;
  spec.cwd = git.cwd;
  const auto left = std::chrono::ceil<Milliseconds>(git.deadline - Clock::now());
  auto child = co_await Child::start_within(loop, std::move(spec), left);
  if (!child) co_return std::nullopt;
  auto complaints = transport::make_fd_channel(loop, (*child)->take_stderr(), transport::Fd());
  loop.spawn(pass_over(std::move(complaints)));
  const auto run = std::make_shared<Run>(loop, std::move(*child));
  loop.spawn(end_at(run, git.deadline));
  run->channel->close_write();

  Answer answer;
  std::array<char, 4096> room{};
  for (;;) {
    const auto got = co_await run->channel->read_some(room);
    if (!got || *got == 0) break;
    answer.text.append(room.data(), *got);
    if (answer.text.size() > limits::git_output) {
      answer.cut = true;
      run->kill();
      break;
    }
  }
  const int status = co_await run->child->exited();
  run->over.set();
  if (run->late) co_return std::nullopt;
  if (!answer.cut && !WIFEXITED(status)) co_return std::nullopt;
  answer.exit_code = WEXITSTATUS(status);
  co_return answer;
}

/// Cuts the next entry off.
std::string_view take_entry(std::string_view& text) {
  const std::string_view entry = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(entry.size() + 1, text.size()));
  return entry;
}

/// The names of the filters that the keys (filter.<name>.clean and such) speak of; none when there
/// is one that the option -c cannot name.
std::optional<std::set<std::string>> filter_names(std::string_view keys) {
  std::set<std::string> names;
  while (!keys.empty()) {
    std::string_view key = take_entry(keys);
    key.remove_prefix(std::min(key.find('.') + 1, key.size()));
    const std::size_t last = key.rfind('.');
    if (last == std::string_view::npos) continue;
    const std::string_view name = key.substr(0, last);
    if (name.find('=') != std::string_view::npos) return std::nullopt;
    names.emplace(name);
  }
  return names;
}

/// What switches off each filter that any configuration defines, also the user's own: those may
/// read the repository's configuration in turn.
Task<std::optional<Words>> without_filters(Loop& loop, Git git) {
  Words words = command(git);
  const Words query{"config", "--includes", "--null", "--name-only", "--get-regexp", "^filter[.]"};
  words.insert(words.end(), query.begin(), query.end());
  const auto listed = co_await ask(loop, git, std::move(words));
  constexpr int nothing_found = 1;
  if (!listed || listed->cut || listed->exit_code > nothing_found) co_return std::nullopt;
  const auto names = filter_names(listed->text);
  if (!names) co_return std::nullopt;
  Words options;
  for (const std::string& name : *names) {
    for (const std::string_view off : {".clean=", ".process=", ".smudge=", ".required=false"}) {
      options.emplace_back("-c");
      options.push_back(std::string("filter.").append(name).append(off));
    }
  }
  co_return options;
}

bool presentable(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  while (p != end) {
    const auto byte = static_cast<unsigned char>(*p);
    if (byte < 0x20 || byte == 0x7F) return false;
    const char* next = byte < 0x80 ? p + 1 : json::skip_utf8(p, end);
    if (next == p) return false;
    p = next;
  }
  return true;
}

bool is_commit(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::optional<GitSnapshot> read_status(std::string_view text) {
  constexpr std::string_view commit_header = "# branch.oid ";
  constexpr std::string_view branch_header = "# branch.head ";
  GitSnapshot snapshot;
  bool told = false;
  while (!text.empty() && !snapshot.dirty) {
    const std::string_view entry = take_entry(text);
    if (entry.starts_with(commit_header)) {
      told = true;
      const std::string_view commit = entry.substr(commit_header.size());
      if (is_commit(commit)) snapshot.commit = commit;  // else "(initial)"
    } else if (entry.starts_with(branch_header)) {
      const std::string_view branch = entry.substr(branch_header.size());
      if (branch != "(detached)" && presentable(branch)) snapshot.branch = branch;
    } else if (!entry.starts_with("# ")) {
      snapshot.dirty = true;
    }
  }
  if (!told) return std::nullopt;
  return snapshot;
}

}  // namespace

Task<std::optional<GitSnapshot>> git_snapshot(Loop& loop, Env& env, std::string cwd) {
  Git git;
  git.deadline = transport::deadline_in(limits::git_deadline);
  git.cwd = canonical(cwd);
  if (!git.cwd.starts_with('/') || !in_repository(git.cwd)) co_return std::nullopt;
  git.program = transport::program_path("git", env.variable("PATH").value_or(std::string()));
  if (git.program.empty()) co_return std::nullopt;
  git.environment = environment(env);

  const auto options = co_await without_filters(loop, git);
  if (!options) co_return std::nullopt;
  Words words = command(git);
  words.insert(words.end(), options->begin(), options->end());
  // Another repository, such as a submodule, would be asked with its own configuration.
  const Words query{"status",
                    "--porcelain=v2",
                    "-z",
                    "--branch",
                    "--no-renames",
                    "--no-ahead-behind",
                    "--ignored=no",
                    "--untracked-files=normal",
                    "--ignore-submodules=all"};
  words.insert(words.end(), query.begin(), query.end());
  const auto told = co_await ask(loop, git, std::move(words));
  if (!told || (!told->cut && told->exit_code != 0)) co_return std::nullopt;
  co_return read_status(told->text);
}

}  // namespace tine::session
