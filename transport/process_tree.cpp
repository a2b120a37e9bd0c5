#include "transport/process_tree.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "transport/limits.h"

namespace tine::transport {

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  std::error_code error;
  // Each thread has its own.
  std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task", error);
  while (!error && tasks != std::filesystem::directory_iterator()) {
    std::ifstream list(tasks->path() / "children");
    pid_t child = 0;
    while (list >> child) children.push_back(child);
    tasks.increment(error);
  }
  return children;
}

void kill_trees(std::vector<pid_t> roots) {
  std::vector<pid_t> found = std::move(roots);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ::kill(found[i], SIGSTOP);
    for (const pid_t child : children_of(found[i])) found.push_back(child);
  }
  for (const pid_t each : found) ::kill(each, SIGKILL);
}

bool reap_children(const Reaped& reaped) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return pid == 0;
    if (reaped) reaped(pid, status);
  }
}

bool end_descendants(std::chrono::milliseconds patience, const Reaped& reaped) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (reap_children(reaped)) {
    kill_trees(children_of(::getpid()));
    if (!reap_children(reaped)) break;
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(limits::guardian_pass_us);
  }
  return true;
}

}  // namespace tine::transport
