#include "transport/pty/pty.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace tine::transport {
namespace {

Failure fault(const std::string& doing, int error) {
  return fail(ErrorKind::backend_failed, "cannot " + doing + ": " + std::strerror(error));
}

/// 0, or the errno.
int set_size(const Fd& side, TerminalSize size) {
  winsize window{};
  window.ws_col = size.columns;
  window.ws_row = size.rows;
  return ::ioctl(side.get(), TIOCSWINSZ, &window) == 0 ? 0 : errno;
}

}  // namespace

Result<Pty> Pty::open(TerminalSize size) {
  const std::string doing = "open a terminal";
  Fd ours(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!ours || ::grantpt(ours.get()) != 0 || ::unlockpt(ours.get()) != 0)
    return fault(doing, errno);
  std::array<char, 64> name{};
  if (const int error = ::ptsname_r(ours.get(), name.data(), name.size()); error != 0)
    return fault(doing, error);
  Fd program_side(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!program_side) return fault(doing, errno);
  if (const int error = set_size(ours, size); error != 0) return fault(doing, error);
  return Pty(std::move(ours), std::move(program_side));
}

Result<std::unique_ptr<Channel>> Pty::make_channel(Loop& loop) const {
  Fd in(::fcntl(ours_.get(), F_DUPFD_CLOEXEC, 0));
  Fd out(::fcntl(ours_.get(), F_DUPFD_CLOEXEC, 0));
  if (!in || !out) return fault("open a terminal", errno);
  return make_fd_channel(loop, std::move(in), std::move(out));
}

Result<void> Pty::resize(TerminalSize size) const {
  if (const int error = set_size(ours_, size); error != 0)
    return fault("change the size of a terminal", error);
  return {};
}

}  // namespace tine::transport
