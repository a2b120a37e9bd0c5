#include "transport/guardian.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "transport/descriptors.h"
#include "transport/limits.h"
#include "transport/process_tree.h"

namespace tine::transport {
namespace {

constexpr int socket_fd = 3;
constexpr int exit_misused = 2;

void report(GuardianReport::Kind kind, std::int32_t value) {
  const GuardianReport message{.kind = kind, .value = value};
  // Nobody may be there any more.
  ::send(socket_fd, &message, sizeof message, MSG_NOSIGNAL);
}

bool is_in_terminal(char** argv) { return std::string_view(argv[1]) == guardian_terminal_word; }

/// 0, or the errno.
int start(char** command, bool in_terminal, pid_t& pid) {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  if (in_terminal) {
    // It becomes the controlling terminal of the leader of a session that opens it. What is open
    // under the number is closed first.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/proc/self/fd/1", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, socket_fd);
  sigset_t none{};
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  const int error =
      ::posix_spawn(&pid, command[0], &actions, &attributes, command, ::environ);  // NOLINT
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

class Guardian {
 public:
  Guardian(int signals, pid_t program) : signals_(signals), program_(program) {}

  void watch() {
    while (!over_) {
      std::array<pollfd, 2> sources{{{.fd = socket_fd, .events = POLLIN, .revents = 0},
                                     {.fd = signals_, .events = POLLIN, .revents = 0}}};
      if (::poll(sources.data(), sources.size(), -1) < 0) {
        if (errno == EINTR) continue;
        break;
      }
      if (sources[1].revents != 0) take_signal();
      if (!over_ && sources[0].revents != 0) take_order();
    }
  }

  /// Ends all that descends from us.
  void kill_all() {
    end_descendants(limits::guardian_patience,
                    [this](pid_t pid, int status) { take_status(pid, status); });
    if (status_) report(GuardianReport::Kind::ended, *status_);
  }

 private:
  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGCHLD) {
      reap();
      over_ = status_.has_value();
    } else {
      over_ = true;
    }
  }

  void take_order() {
    char order = 0;
    const ssize_t n = ::recv(socket_fd, &order, 1, 0);
    if (n == 1 && order == guardian_terminate) {
      ::kill(-program_, SIGTERM);
    } else {
      over_ = true;
    }
  }

  void reap() {
    reap_children([this](pid_t pid, int status) { take_status(pid, status); });
  }

  void take_status(pid_t pid, int status) {
    if (pid == program_) status_ = status;
  }

  int signals_;
  pid_t program_;
  std::optional<int> status_;  // of the program, once it has ended
  bool over_ = false;
};

/// The exit code.
int keep_guard(char** argv) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(socket_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return exit_misused;
  ::prctl(PR_SET_NAME, "tine-guard");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  sigset_t all{};
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  sigset_t taken{};
  sigemptyset(&taken);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&taken, number);
  const int signals = ::signalfd(-1, &taken, SFD_CLOEXEC);
  if (signals < 0) {
    report(GuardianReport::Kind::not_started, errno);
    return 1;
  }
  set_descriptor_limit(0, std::strtoull(argv[2], nullptr, 10));
  pid_t program = 0;
  if (const int error = start(argv + 3, is_in_terminal(argv), program); error != 0) {
    report(GuardianReport::Kind::not_started, error);
    return 1;
  }
  // They are the program's: their other ends see it when it closes them.
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) ::close(fd);
  report(GuardianReport::Kind::started, 0);
  Guardian guardian(signals, program);
  guardian.watch();
  guardian.kill_all();
  return 0;
}

}  // namespace

bool is_guardian(int argc, char** argv) {
  return argc > 3 && (std::string_view(argv[1]) == guardian_word || is_in_terminal(argv));
}

void guard(char** argv) {
  // It has nothing to write out. The leak sanitizer stops all threads at an exit, and waits for
  // ever where the one that starts guardians continues this process at that moment.
  std::_Exit(keep_guard(argv));
}

}  // namespace tine::transport
