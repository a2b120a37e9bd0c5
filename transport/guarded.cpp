#include "transport/guarded.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "transport/event.h"
#include "transport/guardian.h"
#include "transport/limits.h"
#include "transport/process_tree.h"
#include "transport/program_path.h"
#include "transport/spawn.h"
#include "transport/text_tail.h"

namespace tine::transport {
namespace {

namespace asio = boost::asio;

/// The children of this process that it did not start: a guardian that was killed left them to us.
std::vector<pid_t> orphans() {
  std::vector<pid_t> all = children_of(::getpid());
  std::erase_if(all, [](pid_t pid) { return OwnChild::is_one(pid); });
  return all;
}

Task<void> kill_orphans(Loop& loop) {
  const auto end = deadline_in(limits::guardian_patience);
  for (;;) {
    const std::vector<pid_t> left = orphans();
    if (left.empty() || std::chrono::steady_clock::now() > end) co_return;
    kill_trees(left);
    for (const pid_t each : left) ::waitpid(each, nullptr, WNOHANG);
    co_await pause(loop, limits::orphan_pass);
  }
}

}  // namespace

std::string ExitReport::text() const {
  std::string out = "ended unseen";
  if (code) out = "exit code " + std::to_string(*code);
  if (signal) out = "killed by signal " + std::to_string(*signal);
  return out + " after " + std::to_string(elapsed.count()) + " ms";
}

struct Guarded::State {
  State(Loop& the_loop, Spawned spawned, asio::posix::stream_descriptor our_end,
        std::unique_ptr<Channel> its_stdio, DescriptorBudget::Share its_share)
      : loop(the_loop),
        share(std::move(its_share)),
        own(std::move(spawned.child)),
        process(std::move(spawned.process)),
        socket(std::move(our_end)),
        stdio(std::move(its_stdio)),
        errors(make_fd_channel(the_loop, std::move(spawned.err), Fd())),
        started(the_loop),
        ended(the_loop),
        drained(the_loop) {}

  /// Left to itself the guardian ends its tree: the process must not be killed with the object.
  ~State() {
    if (process.is_open()) process.detach();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// A guardian that somebody has stopped goes on, so that it can do what it is told.
  void wake() const {
    if (process.is_open()) ::kill(process.id(), SIGCONT);
  }
  /// Does the guardian's work. Its end is seen by watch().
  void kill_guardian() const {
    if (process.is_open()) kill_trees({process.id()});
  }
  /// The end of the socket tells the guardian to kill the tree.
  void give_up() {
    ::shutdown(socket.native_handle(), SHUT_WR);
    wake();
  }

  Loop& loop;
  DescriptorBudget::Share share;
  OwnChild own;  // the guardian
  boost::process::v2::process process;
  asio::posix::stream_descriptor socket;
  std::unique_ptr<Channel> stdio;
  std::optional<Pty> terminal;
  std::unique_ptr<Channel> errors;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  Event started;  // or it is known that it cannot be
  int start_error = 0;
  bool runs = false;
  Event ended;
  Event drained;
  TextTail said{limits::stderr_tail};
  ExitReport report;
};

Guarded::Guarded(std::shared_ptr<State> state) : state_(std::move(state)) {}

Guarded::~Guarded() { state_->give_up(); }

pid_t Guarded::guardian_pid() const { return state_->own.pid(); }

std::unique_ptr<Channel> Guarded::take_channel() { return std::move(state_->stdio); }

Result<void> Guarded::resize(TerminalSize size) const {
  if (!state_->terminal) return fail(ErrorKind::internal, "the program runs in no terminal");
  return state_->terminal->resize(size);
}

Task<Result<std::unique_ptr<Guarded>>> Guarded::start(Loop& loop, GuardedSpec spec) {
  auto share = loop.descriptors().take(limits::guarded_descriptors);
  if (!share) co_return fail(std::move(share.error()));
  const std::string name = spec.command.front();
  spec.command.front() = program_path(name, path_in(spec.environment));
  if (spec.command.front().empty()) co_return fail(cannot_start(name, spec.cwd, ENOENT));
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    co_return fail(cannot_start(name, spec.cwd, errno));
  Fd ours(ends[0]);
  Fd theirs(ends[1]);
  if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
    co_return fail(cannot_start(name, spec.cwd, errno));
  asio::posix::stream_descriptor socket(loop.executor());
  boost::system::error_code error;
  socket.assign(ours.get(), error);
  if (error) co_return fail(cannot_start(name, spec.cwd, error.value()));
  static_cast<void>(ours.release());
  // What a guardian that is killed leaves behind is given to us.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  std::optional<Pty> terminal;
  std::unique_ptr<Channel> stdio;
  Fd program_side;
  if (spec.terminal) {
    auto opened = Pty::open(*spec.terminal);
    if (!opened) co_return fail(std::move(opened.error()));
    auto channel = opened->make_channel(loop);
    if (!channel) co_return fail(std::move(channel.error()));
    program_side = opened->take_program_side();
    terminal = std::move(*opened);
    stdio = std::move(*channel);
  }

  SpawnSpec plan;
  plan.command = {spec.guardian, spec.terminal ? guardian_terminal_word : guardian_word,
                  std::to_string(given_descriptor_limit())};
  plan.command.insert(plan.command.end(), spec.command.begin(), spec.command.end());
  plan.environment = std::move(spec.environment);
  plan.cwd = spec.cwd;
  plan.descriptor_3 = theirs.get();
  plan.terminal = program_side.get();
  auto spawned = spawn_process(loop, plan);
  if (!spawned) co_return fail(cannot_start(name, spec.cwd, spawned.error()));
  theirs.reset();
  program_side.reset();
  if (!stdio) stdio = make_fd_channel(loop, std::move(spawned->out), std::move(spawned->in));
  const auto state = std::make_shared<State>(loop, std::move(*spawned), std::move(socket),
                                             std::move(stdio), std::move(*share));
  state->terminal = std::move(terminal);
  std::unique_ptr<Guarded> guarded(new Guarded(state));
  loop.spawn(watch(state));
  loop.spawn(drain(state));
  const bool in_time = co_await state->started.wait_for(limits::guardian_start);
  if (state->runs) co_return guarded;
  if (state->start_error != 0) co_return fail(cannot_start(name, spec.cwd, state->start_error));
  if (!in_time) state->kill_guardian();
  co_return fail(ErrorKind::backend_failed, "cannot start " + name + ": its guardian " +
                                                (in_time ? "was killed" : "does not answer"));
}

/// Listens to the guardian until it is gone, and sees to it that nothing else is left.
Task<void> Guarded::watch(std::shared_ptr<State> state) {
  bool seen = false;
  for (;;) {
    GuardianReport message;
    boost::system::error_code error;
    // So few bytes, written at once, never come in parts.
    const std::size_t n = co_await state->socket.async_read_some(
        asio::buffer(&message, sizeof message), asio::redirect_error(asio::use_awaitable, error));
    if (error || n != sizeof message) break;
    if (message.kind == GuardianReport::Kind::ended) {
      seen = true;
      if (WIFEXITED(message.value)) state->report.code = WEXITSTATUS(message.value);
      if (WIFSIGNALED(message.value)) state->report.signal = WTERMSIG(message.value);
      continue;
    }
    state->runs = message.kind == GuardianReport::Kind::started;
    state->start_error = message.value;
    state->started.set();
  }
  co_await wait_for(state->process);
  if (state->runs && !seen) co_await kill_orphans(state->loop);
  state->own = OwnChild();
  co_await state->drained.wait_for(limits::last_stderr);
  state->report.tail = state->said.text();
  state->report.elapsed =
      std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - state->begun);
  state->share = DescriptorBudget::Share();
  state->started.set();
  state->ended.set();
}

Task<void> Guarded::drain(std::shared_ptr<State> state) {
  std::array<char, limits::stderr_chunk> room{};
  for (;;) {
    const auto n = co_await state->errors->read_some(room);
    if (!n || *n == 0) break;
    state->said.append(std::string_view(room.data(), *n));
  }
  state->drained.set();
}

Task<ExitReport> Guarded::exited() {
  const auto state = state_;
  co_await state->ended.wait();
  co_return state->report;
}

Task<ExitReport> Guarded::stop(KillLadder ladder) {
  const auto state = state_;
  state->terminal.reset();
  state->wake();
  const bool by_input = co_await state->ended.wait_for(ladder.after_input);
  if (by_input) co_return state->report;
  ::send(state->socket.native_handle(), &guardian_terminate, 1, MSG_NOSIGNAL);
  state->wake();
  const bool by_term = co_await state->ended.wait_for(ladder.after_term);
  if (by_term) co_return state->report;
  state->give_up();
  const bool by_kill = co_await state->ended.wait_for(limits::guardian_answer);
  if (by_kill) co_return state->report;
  state->kill_guardian();
  co_await state->ended.wait();
  co_return state->report;
}

}  // namespace tine::transport
