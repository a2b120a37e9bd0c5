#include "transport/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <utility>

namespace tine::transport {
namespace {

/// Children belong to the process, whatever object started them; so does the list of them.
std::set<pid_t>& own_children() {
  static std::set<pid_t> all;
  return all;
}

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

}  // namespace

OwnChild::OwnChild(pid_t pid) : pid_(pid) { own_children().insert(pid); }

OwnChild::OwnChild(OwnChild&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

OwnChild& OwnChild::operator=(OwnChild&& other) noexcept {
  if (this != &other) {
    forget();
    pid_ = std::exchange(other.pid_, 0);
  }
  return *this;
}

void OwnChild::forget() {
  if (pid_ != 0) own_children().erase(std::exchange(pid_, 0));
}

bool OwnChild::is_one(pid_t pid) { return own_children().contains(pid); }

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& each : strings)
    out.push_back(const_cast<char*>(each.c_str()));  // NOLINT: posix_spawn
  out.push_back(nullptr);
  return out;
}

Error cannot_start(const std::string& program, const std::string& cwd, int error) {
  struct stat facts {};
  // A missing program and a missing directory are the same errno.
  if (error == ENOENT && !cwd.empty() && ::stat(cwd.c_str(), &facts) != 0) {
    return {ErrorKind::backend_failed, "cannot start " + program + ": its directory is not there"};
  }
  const ErrorKind kind =
      error == ENOENT ? ErrorKind::backend_not_installed : ErrorKind::backend_failed;
  return {kind, "cannot start " + program + ": " + std::strerror(error)};
}

tl::expected<Spawned, int> spawn_process(const SpawnSpec& spec) {
  Pipe in;
  Pipe out;
  Pipe err;
  if (!open_pipe(in) || !open_pipe(out) || (!spec.own_stderr && !open_pipe(err)))
    return tl::unexpected(errno);
  set_nonblocking(in.write);
  set_nonblocking(out.read);

  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.actions, in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&plan.actions, out.write.get(), STDOUT_FILENO);
  if (!spec.own_stderr)
    posix_spawn_file_actions_adddup2(&plan.actions, err.write.get(), STDERR_FILENO);
  int first_closed = STDERR_FILENO + 1;
  if (spec.descriptor_3 >= 0)
    posix_spawn_file_actions_adddup2(&plan.actions, spec.descriptor_3, first_closed++);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, first_closed);
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
  if (error != 0) return tl::unexpected(error);

  Spawned spawned;
  spawned.child = OwnChild(pid);
  spawned.watch = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  spawned.in = std::move(in.write);
  spawned.out = std::move(out.read);
  spawned.err = std::move(err.read);
  return spawned;
}

}  // namespace tine::transport
