#include "cli/print.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace tine::cli {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      // Somebody who shares the descriptor has made it non-blocking.
      pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
      continue;
    }
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

bool print(std::string_view text) { return write_all(STDOUT_FILENO, text); }

bool print_to_stderr(std::string_view text) { return write_all(STDERR_FILENO, text); }

void print_error(const Error& error) {
  std::string text = "tine: " + error.message + "\n";
  const std::string_view hint =
      error.hint.empty() ? facts(error.kind).hint : std::string_view(error.hint);
  if (!hint.empty()) text.append("      ").append(hint).append("\n");
  print_to_stderr(text);
}

bool colours() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

}  // namespace tine::cli
