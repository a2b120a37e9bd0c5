#include "transport/stdio.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace tine::transport {
namespace {

/// A descriptor for the same file with a file description of its own where that is possible.
Fd private_fd(int fd, int access) {
  struct stat facts {};
  if (::fstat(fd, &facts) == 0 && (S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode))) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    const int opened = ::open(path.c_str(), access | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (opened >= 0) return Fd(opened);
  }
  return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

Failure failure(std::string_view what) {
  return fail(ErrorKind::internal, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

void fill_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free descriptor is this very one.
    const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (opened >= 0 && opened != fd) ::close(opened);
  }
}

Result<Stdio> claim_stdio() {
  fill_standard_descriptors();
  Stdio stdio;
  stdio.in = private_fd(STDIN_FILENO, O_RDONLY);
  if (!stdio.in) return failure("cannot take stdin");
  stdio.out = private_fd(STDOUT_FILENO, O_WRONLY);
  if (!stdio.out) return failure("cannot take stdout");
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return failure("cannot protect stdout");
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null || ::dup2(null.get(), STDIN_FILENO) < 0) return failure("cannot replace stdin");
  return stdio;
}

}  // namespace tine::transport
