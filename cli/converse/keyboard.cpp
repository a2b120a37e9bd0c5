#include "cli/converse/keyboard.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "cli/limits.h"
#include "cli/print.h"

namespace tine::cli {
namespace {

transport::Fd copy_of(int fd) { return transport::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

}  // namespace

std::shared_ptr<transport::Channel> terminal_channel(transport::Loop& loop) {
  return transport::make_fd_channel(loop, copy_of(STDIN_FILENO), copy_of(STDERR_FILENO));
}

bool Keyboard::is_there() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

transport::Task<std::optional<std::string>> Keyboard::line(transport::CancelSource cancel) {
  if (cancel.cancelled()) co_return std::nullopt;
  if (terminal_ == nullptr) terminal_ = terminal_channel(loop_);
  const std::shared_ptr<transport::Channel> terminal = terminal_;
  const auto subscription = cancel.on_cancel([this, terminal] {
    terminal->close();
    terminal_.reset();
  });
  std::array<char, 4096> room{};
  for (;;) {
    const std::size_t end = read_.find('\n');
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      co_return line;
    }
    if (read_.size() > limits::answer) co_return std::nullopt;
    const auto count = co_await terminal->read_some(room);
    if (!count || *count == 0) co_return std::nullopt;
    read_.append(room.data(), *count);
  }
}

transport::Task<std::optional<std::string>> Keyboard::answer(std::string question,
                                                             transport::CancelSource cancel) {
  print_to_stderr(question);
  auto typed = co_await line(std::move(cancel));
  co_return typed;
}

}  // namespace tine::cli
