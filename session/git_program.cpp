#include "session/git_program.h"

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "session/project.h"
#include "transport/child.h"
#include "transport/event.h"
#include "transport/program_path.h"

namespace tine::session::git {
namespace {

using transport::Child;
using transport::Loop;
using transport::Milliseconds;
using transport::Task;
using Clock = std::chrono::steady_clock;

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

}  // namespace

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

Words command(const Git& git) {
  return {git.program, "--no-pager", "--no-optional-locks",
          // A program that tells what has changed; it may also be a daemon of git's own.
          "-c", "core.fsmonitor=",
          // Run when the index is written, which needs a lock.
          "-c", "core.hooksPath=/dev/null",
          // A folder of the work tree that looks like a repository is none.
          "-c", "safe.bareRepository=explicit"};
}

Words command(const Git& git, std::initializer_list<std::string_view> words) {
  Words out = command(git);
  for (const std::string_view each : words) out.emplace_back(each);
  return out;
}

Task<std::optional<Answer>> ask(Loop& loop, Git git, Words words, Talk talk) {
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

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

Failure no_answer(std::string_view doing) {
  return fail(ErrorKind::storage_failed,
              "git could not " + std::string(doing) + " in this repository, or not in time");
}

}  // namespace tine::session::git
