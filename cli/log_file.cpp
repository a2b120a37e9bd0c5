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

Log::Sink open_log(const std::string& path, Redactor& redactor) {
  const auto to_stderr = [&redactor](std::string_view line) {
    const auto changed = redactor.redact(line);
    print_to_stderr(changed ? std::string_view(*changed) : line);
  };
  if (path.empty()) return to_stderr;
  const auto file = std::make_shared<transport::Fd>(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!*file) {
    print_to_stderr("tine: cannot write the log file " + path + ": " + std::strerror(errno) + "\n");
    return to_stderr;
  }
  return [file, &redactor](std::string_view original) {
    const auto changed = redactor.redact(original);
    const std::string_view line = changed ? std::string_view(*changed) : original;
    print_to_stderr(line);
    // Best effort: a full disk must not stop the conversation.
    [[maybe_unused]] const ssize_t written = ::write(file->get(), line.data(), line.size());
  };
}

}  // namespace tine::cli
