#include "conformance/tool/workplace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#include "conformance/tool/exit_status.h"
#include "transport/fd.h"
#include "transport/process_tree.h"

namespace tine::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "acp-conform-";
/// Locked for as long as a process of the run is alive.
constexpr std::string_view lock_name = "lock";
/// For the end of what an interrupted run has started.
constexpr std::chrono::milliseconds end_patience{2000};

fs::path& place() {
  static fs::path path;
  return path;
}

transport::Fd open_lock(const fs::path& folder, int flags) {
  return transport::Fd(::open((folder / lock_name).c_str(), O_RDWR | O_CLOEXEC | flags, 0600));
}

/// Removes what runs that were killed have left.
void remove_abandoned() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const transport::Fd lock = open_lock(entry.path(), 0);
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), ignored);
  }
}

/// Another run must not find the lock before it is locked.
transport::Fd make_locked(const fs::path& folder) {
  transport::Fd lock(::open((folder / "new").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::error_code ignored;
  if (lock && ::flock(lock.get(), LOCK_EX) == 0)
    fs::rename(folder / "new", folder / lock_name, ignored);
  return lock;
}

}  // namespace

const fs::path& workplace() { return place(); }

int in_workplace(const std::function<int()>& work) {
  remove_abandoned();
  std::string name = (fs::temp_directory_path() / prefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    std::perror("acp-conform: cannot make a temporary folder");
    return could_not_run;
  }
  place() = fs::canonical(name);
  const transport::Fd lock = make_locked(place());
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t awaited{};
  sigset_t before{};
  sigemptyset(&awaited);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&awaited, number);
  ::sigprocmask(SIG_BLOCK, &awaited, &before);
  const pid_t worker = ::fork();
  if (worker == 0) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int status = work();
    std::fflush(nullptr);
    ::_exit(status);
  }
  int interrupted_by = 0;
  int status = 0;
  while (::waitpid(worker, &status, WNOHANG) == 0) {
    int number = 0;
    sigwait(&awaited, &number);
    if (number == SIGCHLD) continue;
    interrupted_by = number;
    ::kill(worker, SIGKILL);
  }
  transport::end_descendants(end_patience, [](pid_t, int) {});
  std::error_code ignored;
  fs::remove_all(place(), ignored);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (interrupted_by != 0) ::raise(interrupted_by);
  if (WIFSIGNALED(status)) ::raise(WTERMSIG(status));
  return WEXITSTATUS(status);
}

}  // namespace tine::conformance
