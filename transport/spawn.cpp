#include "transport/spawn.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "transport/launcher.h"
#include "transport/program_path.h"

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
bool set_nonblocking(const Fd& fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  return flags >= 0 && ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) == 0;
}

// --- what a launcher is told

using ErrorCode = boost::system::error_code;

ErrorCode of(int failed) { return {failed, boost::system::system_category()}; }

struct StandardStreams {
  int in;
  int out;
  int err;  // negative: ours

  ErrorCode on_setup(SpawnLauncher& launcher, const std::filesystem::path& /*program*/,
                     const char* const* /*argv*/) const {
    int failed = posix_spawn_file_actions_adddup2(&launcher.actions, in, STDIN_FILENO);
    if (failed == 0)
      failed = posix_spawn_file_actions_adddup2(&launcher.actions, out, STDOUT_FILENO);
    if (failed == 0 && err >= 0)
      failed = posix_spawn_file_actions_adddup2(&launcher.actions, err, STDERR_FILENO);
    return of(failed);
  }
};

struct ExtraDescriptor {
  int fd;  // negative: none

  ErrorCode on_setup(SpawnLauncher& launcher, const std::filesystem::path& /*program*/,
                     const char* const* /*argv*/) const {
    if (fd < 0) return {};
    return of(posix_spawn_file_actions_adddup2(&launcher.actions, fd, launcher.first_closed++));
  }
};

struct Directory {
  const std::string& path;  // empty: ours

  ErrorCode on_setup(SpawnLauncher& launcher, const std::filesystem::path& /*program*/,
                     const char* const* /*argv*/) const {
    if (path.empty()) return {};
    return of(posix_spawn_file_actions_addchdir_np(&launcher.actions, path.c_str()));
  }
};

struct Variables {
  const std::vector<char*>& pointers;

  ErrorCode on_setup(SpawnLauncher& launcher, const std::filesystem::path& /*program*/,
                     const char* const* /*argv*/) const {
    launcher.env = pointers.data();
    return {};
  }
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
    out.push_back(const_cast<char*>(each.c_str()));  // NOLINT: exec
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
  Error out(kind, "cannot start " + program + ": " + std::strerror(error));
  if (error == EMFILE || error == ENFILE) {
    out.kind = ErrorKind::queue_full;
    out.hint = "Close some sessions, or allow more open files (ulimit -n), and try again.";
  } else if (error == ENOMEM || error == EAGAIN) {
    out.kind = ErrorKind::queue_full;
    out.hint = "Close some sessions or other programs, and try again.";
  }
  return out;
}

tl::expected<Spawned, int> spawn_process(Loop& loop, const SpawnSpec& spec) {
  const std::string program = program_path(spec.command.front(), path_in(spec.environment));
  if (program.empty()) return tl::unexpected(ENOENT);
  Pipe in;
  Pipe out;
  Pipe err;
  StandardStreams streams{.in = spec.terminal, .out = spec.terminal, .err = spec.terminal};
  if (spec.terminal < 0) {
    if (!open_pipe(in) || !open_pipe(out) || (!spec.own_stderr && !open_pipe(err)))
      return tl::unexpected(errno);
    if (!set_nonblocking(in.write) || !set_nonblocking(out.read)) return tl::unexpected(errno);
    streams = {.in = in.read.get(), .out = out.write.get(), .err = err.write.get()};
  }

  const std::vector<std::string> args(spec.command.begin() + 1, spec.command.end());
  const std::vector<char*> environment = pointers(spec.environment);
  SpawnLauncher launch;
  ErrorCode error;
  auto process = launch(loop.executor(), error, program, args, streams,
                        ExtraDescriptor{.fd = spec.descriptor_3}, Directory{.path = spec.cwd},
                        Variables{.pointers = environment});
  if (error) return tl::unexpected(error.value());

  const auto id = process.id();
  Spawned spawned{.child = OwnChild(id), .process = std::move(process)};
  spawned.in = std::move(in.write);
  spawned.out = std::move(out.read);
  spawned.err = std::move(err.read);
  return spawned;
}

Task<int> wait_for(boost::process::v2::process& process) {
  ErrorCode error;
  do {
    co_await process.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
  } while (error == boost::asio::error::interrupted);
  // It has been destroyed meanwhile.
  if (error == boost::asio::error::operation_aborted) co_return 0;
  // Its own exit code cannot tell exit(9) from SIGKILL.
  const int status = error ? 0 : process.native_exit_code();
  // Its pid may be another child's from now on.
  process.detach();
  co_return status;
}

}  // namespace tine::transport
