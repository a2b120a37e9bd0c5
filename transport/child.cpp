#include "transport/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace tine::transport {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

bool open_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read = Fd(ends[0]);
  pipe.write = Fd(ends[1]);
  return true;
}

/// The descriptions of our ends are ours alone.
void set_nonblocking(const Fd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& each : strings)
    out.push_back(const_cast<char*>(each.c_str()));  // NOLINT: posix_spawn
  out.push_back(nullptr);
  return out;
}

/// What posix_spawn is told, given back in any case.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

Failure cannot_start(const ChildSpec& spec, int error) {
  struct stat facts {};
  // A missing program and a missing directory are the same errno.
  if (error == ENOENT && !spec.cwd.empty() && ::stat(spec.cwd.c_str(), &facts) != 0) {
    return fail(ErrorKind::backend_failed,
                "cannot start " + spec.command.front() + ": its directory is not there");
  }
  const ErrorKind kind =
      error == ENOENT ? ErrorKind::backend_not_installed : ErrorKind::backend_failed;
  return fail(kind, "cannot start " + spec.command.front() + ": " + std::strerror(error));
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const ChildSpec& spec) {
  Pipe in;
  Pipe out;
  Pipe err;
  if (!open_pipe(in) || !open_pipe(out) || (!spec.own_stderr && !open_pipe(err)))
    return cannot_start(spec, errno);
  set_nonblocking(in.write);
  set_nonblocking(out.read);

  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.actions, in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&plan.actions, out.write.get(), STDOUT_FILENO);
  if (!spec.own_stderr)
    posix_spawn_file_actions_adddup2(&plan.actions, err.write.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, STDERR_FILENO + 1);
  if (!spec.cwd.empty()) posix_spawn_file_actions_addchdir_np(&plan.actions, spec.cwd.c_str());
  sigset_t none{};
  sigset_t all{};
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);  // we ignore SIGPIPE, it must not
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  pid_t pid = 0;
  const auto argv = pointers(spec.command);
  const auto envp = pointers(spec.environment);
  const int error =
      ::posix_spawnp(&pid, argv.front(), &plan.actions, &plan.attributes, argv.data(), envp.data());
  if (error != 0) return cannot_start(spec, error);

  Fd watch(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  std::unique_ptr<Child> child(new Child(loop, pid, std::move(watch)));
  child->channel_ = make_fd_channel(loop, std::move(out.read), std::move(in.write));
  child->stderr_ = std::move(err.read);
  return child;
}

Child::~Child() {
  if (reaped_) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::signal(int number) const {
  // It leads a session of its own, and so a group.
  if (!reaped_) ::kill(-pid_, number);
}

Task<int> Child::exited() {
  boost::asio::posix::stream_descriptor watch(loop_.executor(), watch_.release());
  boost::system::error_code ignored;
  co_await watch.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reaped_ = true;
  co_return status;
}

}  // namespace tine::transport
