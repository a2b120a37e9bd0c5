#include "session/git.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
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

/// What is said to git, and how much of its answer is read.
struct Talk {
  std::string input;  ///< shorter than what a pipe holds
  std::size_t most = limits::git_output;
};

/// None when git does not answer in time, or ends by a signal.
Task<std::optional<Answer>> ask(Loop& loop, Git git, Words words, Talk talk = {}) {
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
  if (!talk.input.empty()) {
    const std::array<std::string_view, 1> input{talk.input};
    // One that does not listen says so by how it ends.
    [[maybe_unused]] const auto written = co_await run->channel->write_all(input);
  }
  run->channel->close_write();

  Answer answer;
  std::array<char, 4096> room{};
  for (;;) {
    const auto got = co_await run->channel->read_some(room);
    if (!got || *got == 0) break;
    answer.text.append(room.data(), *got);
    if (answer.text.size() > talk.most) {
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

/// None where there is nothing to ask, or no git.
std::optional<Git> git_for(const Env& env, const std::string& cwd, Milliseconds time) {
  Git git;
  git.deadline = transport::deadline_in(time);
  git.cwd = canonical(cwd);
  if (!git.cwd.starts_with('/') || !in_repository(git.cwd)) return std::nullopt;
  git.program = transport::program_path("git", env.variable("PATH").value_or(std::string()));
  if (git.program.empty()) return std::nullopt;
  git.environment = environment(env);
  return git;
}

Failure no_repository(const std::string& cwd) {
  return fail(Error(ErrorKind::unsupported, cwd + " is in no git repository, or there is no git")
                  .with_hint("Checkpoints are notes at commits of the project's repository."));
}

Failure no_answer(std::string_view doing) {
  return fail(ErrorKind::storage_failed,
              "git could not " + std::string(doing) + " in this repository, or not in time");
}

/// The command with these words behind it.
Words command(const Git& git, std::initializer_list<std::string_view> words) {
  Words out = command(git);
  for (const std::string_view each : words) out.emplace_back(each);
  return out;
}

constexpr std::string_view notes = "--ref=refs/notes/tine";

/// Cuts the next line off.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

/// Adds what `cat-file --batch` says of the notes: a line with name, type and size of each, then
/// its text.
void take_texts(std::string_view said, std::vector<GitNote>& out, std::size_t next) {
  for (; !said.empty() && next < out.size(); ++next) {
    const std::string_view head = take_line(said);
    std::size_t size = 0;
    const std::string_view digits = head.substr(head.rfind(' ') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    out[next].text = said.substr(0, size);
    said.remove_prefix(std::min(size + 1, said.size()));
  }
}

}  // namespace

Task<Result<std::string>> add_git_note(Loop& loop, Env& env, std::string cwd, std::string line) {
  auto git = git_for(env, cwd, limits::git_notes_deadline);
  if (!git) co_return no_repository(cwd);
  // Whoever has not told git a name can have notes all the same.
  for (const std::string_view who : {"AUTHOR", "COMMITTER"}) {
    git->environment.push_back(std::string("GIT_").append(who).append("_NAME=tine"));
    git->environment.push_back(std::string("GIT_").append(who).append("_EMAIL=tine@localhost"));
  }
  Words asking = command(*git, {"rev-parse", "--verify", "--quiet", "HEAD^{commit}"});
  auto head = co_await ask(loop, *git, std::move(asking));
  if (!head || head->cut) co_return no_answer("tell the commit at HEAD");
  std::string_view said = head->text;
  std::string commit(take_line(said));
  if (head->exit_code != 0 || commit.empty() || !is_commit(commit)) {
    co_return fail(Error(ErrorKind::unsupported, "the repository of " + cwd + " has no commit yet")
                       .with_hint("A checkpoint is bound to a commit: make one first."));
  }
  Words adding = command(*git, {"notes", notes, "append", "--file=-", commit});
  Talk talk;
  talk.input = std::move(line);
  const auto added = co_await ask(loop, *git, std::move(adding), std::move(talk));
  if (!added || added->exit_code != 0) co_return no_answer("write a note");
  co_return commit;
}

Task<Result<std::vector<GitNote>>> git_notes(Loop& loop, Env& env, std::string cwd) {
  // As many as there is room for in a pipe.
  constexpr std::size_t at_once = 500;
  const auto git = git_for(env, cwd, limits::git_notes_deadline);
  if (!git) co_return no_repository(cwd);
  Words listing = command(*git, {"notes", notes, "list"});
  Talk talk;
  talk.most = limits::git_notes_output;
  const auto listed = co_await ask(loop, *git, std::move(listing), std::move(talk));
  if (!listed || (!listed->cut && listed->exit_code != 0)) co_return no_answer("list its notes");
  std::vector<GitNote> out;
  std::string names;
  std::string_view rest = listed->text;
  while (!rest.empty()) {
    const std::string_view entry = take_line(rest);
    const std::size_t space = entry.find(' ');
    const bool is_entry = space != std::string_view::npos && is_commit(entry.substr(0, space));
    if (is_entry) {
      names.append(entry.substr(0, space)).append("\n");
      out.push_back({.commit = std::string(entry.substr(space + 1)), .text = {}});
    }
    if (names.empty() || (!rest.empty() && out.size() % at_once != 0)) continue;
    const std::size_t begun =
        out.size() - static_cast<std::size_t>(std::count(names.begin(), names.end(), '\n'));
    Words reading = command(*git, {"cat-file", "--batch"});
    Talk about;
    about.input = std::exchange(names, std::string());
    about.most = limits::git_notes_output;
    const auto texts = co_await ask(loop, *git, std::move(reading), std::move(about));
    if (!texts || (!texts->cut && texts->exit_code != 0)) co_return no_answer("read its notes");
    take_texts(texts->text, out, begun);
  }
  co_return out;
}

Task<std::optional<GitSnapshot>> git_snapshot(Loop& loop, Env& env, std::string cwd) {
  const auto found = git_for(env, cwd, limits::git_deadline);
  if (!found) co_return std::nullopt;
  const Git& git = *found;
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
