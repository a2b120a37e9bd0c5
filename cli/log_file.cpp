#include "cli/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "cli/print.h"
#include "transport/fd.h"

namespace tine::cli {

Log::Level level_named(std::string_view name) {
  if (name == "debug") return Log::Level::debug;
  if (name == "warning") return Log::Level::warning;
  if (name == "error") return Log::Level::error;
  if (name == "off") return Log::Level::off;
  return Log::Level::info;
}

Log::Sink open_log(const std::string& path) {
  if (path.empty()) return print_to_stderr;
  const auto file = std::make_shared<transport::Fd>(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!*file) {
    print_to_stderr("tine: cannot write the log file " + path + ": " + std::strerror(errno) + "\n");
    return print_to_stderr;
  }
  return [file](std::string_view line) {
    print_to_stderr(line);
    // Best effort: a full disk must not stop the conversation.
    [[maybe_unused]] const ssize_t written = ::write(file->get(), line.data(), line.size());
  };
}

}  // namespace tine::cli
