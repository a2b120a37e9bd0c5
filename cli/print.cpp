#include "cli/print.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

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

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte < 0x20 || byte == 0x7F) {
      out.push_back(' ');
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      // The control characters that UTF-8 writes with two bytes.
      out.push_back(' ');
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

void print_error(const Error& error) {
  std::string text = "tine: ";
  std::string_view rest = error.message;
  for (std::size_t newline = 0; newline != std::string_view::npos;) {
    newline = rest.find('\n');
    text.append(printable(rest.substr(0, newline))).append("\n");
    if (newline != std::string_view::npos) rest.remove_prefix(newline + 1);
  }
  const std::string_view hint =
      error.hint.empty() ? facts(error.kind).hint : std::string_view(error.hint);
  if (!hint.empty()) text.append("      ").append(hint).append("\n");
  print_to_stderr(text);
}

bool colours() { return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

}  // namespace tine::cli
