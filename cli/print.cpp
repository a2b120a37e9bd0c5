#include "cli/print.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

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

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

constexpr std::string_view take_away = "\r\033[K";

/// How the terminal looks at its bottom.
struct Bottom {
  std::string status;
  bool shown = false;
  bool held = false;         ///< a person types
  bool within_line = false;  ///< what went to stdout last has not ended its line
  TypedLine* typed = nullptr;
  bool typed_hidden = false;
};
Bottom& bottom() {
  static Bottom one;
  return one;
}

bool write_to(int fd, std::string_view text) {
  if (!is_terminal(fd)) return write_all(fd, text);
  hide_status();
  if (fd == STDERR_FILENO && std::exchange(bottom().within_line, false))
    write_all(STDOUT_FILENO, "\n");
  const bool written = write_all(fd, text);
  if (fd == STDOUT_FILENO && !text.empty()) bottom().within_line = !text.ends_with('\n');
  restore_status();
  return written;
}

std::string shown_on(int fd, std::string_view text) {
  return is_terminal(fd) ? visible(text) : std::string(text);
}

}  // namespace

bool print(std::string_view text) { return write_to(STDOUT_FILENO, shown_on(STDOUT_FILENO, text)); }

bool print_to_stderr(std::string_view text) {
  return write_to(STDERR_FILENO, shown_on(STDERR_FILENO, text));
}

bool print_styled(std::string_view text) { return write_to(STDOUT_FILENO, text); }

bool is_within_line() { return bottom().within_line; }

void show_status(std::string line) {
  if (!is_terminal(STDERR_FILENO)) return;
  hide_status();
  bottom().status = std::move(line);
  restore_status();
}

void hold_status(bool held) {
  hide_status();
  bottom().held = held;
  restore_status();
}

void remove_status() {
  hide_status();
  bottom().status.clear();
  restore_status();
}

void set_typed_line(TypedLine* line) {
  bottom().typed = line;
  bottom().typed_hidden = false;
}

bool draw(std::string_view bytes) { return write_all(STDOUT_FILENO, bytes); }

void hide_status() {
  Bottom& now = bottom();
  if (now.typed != nullptr && !std::exchange(now.typed_hidden, true)) now.typed->hide();
  if (std::exchange(bottom().shown, false)) write_all(STDERR_FILENO, take_away);
}

void restore_status() {
  Bottom& now = bottom();
  if (now.typed != nullptr && std::exchange(now.typed_hidden, false)) {
    if (std::exchange(now.within_line, false)) write_all(STDOUT_FILENO, "\n");
    now.typed->show();
  }
  const bool may_be_shown = !now.shown && !now.held && !now.within_line && now.typed == nullptr;
  if (now.status.empty() || !may_be_shown) return;
  now.shown = true;
  write_all(STDERR_FILENO, now.status);
}

PrintStream::PrintStream()
    : terminal_(is_terminal(STDOUT_FILENO)), visible_(VisibleText::Lines::kept) {}

bool PrintStream::print(std::string_view text) {
  if (!terminal_) return write_all(STDOUT_FILENO, text);
  std::string shown;
  visible_.append(text, shown);
  return write_to(STDOUT_FILENO, shown);
}

bool PrintStream::finish() {
  std::string shown;
  visible_.finish(shown);
  return write_to(STDOUT_FILENO, shown);
}

void print_error(const Error& error) {
  std::string text = "tine: ";
  std::string_view rest = error.message;
  for (std::size_t newline = 0; newline != std::string_view::npos;) {
    newline = rest.find('\n');
    text.append(visible_line(rest.substr(0, newline))).append("\n");
    if (newline != std::string_view::npos) rest.remove_prefix(newline + 1);
  }
  const std::string_view hint =
      error.hint.empty() ? facts(error.kind).hint : std::string_view(error.hint);
  if (!hint.empty()) text.append("      ").append(visible_line(hint)).append("\n");
  print_to_stderr(text);
}

bool colours() { return is_terminal(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr; }

}  // namespace tine::cli
