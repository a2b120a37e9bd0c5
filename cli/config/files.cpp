#include "cli/config/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/config/limits.h"

namespace tine::cli {
namespace {

/// Closes the descriptor when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Failure unreadable(const std::string& path, const std::string& why) {
  return fail(ErrorKind::config_invalid, path + ": cannot be read: " + why);
}

std::string reason(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

}  // namespace

Result<std::optional<std::string>> read_config_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return unreadable(path, reason(errno));
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return unreadable(path, reason(errno));
  if (!S_ISREG(facts.st_mode)) return unreadable(path, "it is no regular file");

  std::string text(limits::max_config_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got == 0) break;
    if (got > 0) {
      size += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return unreadable(path, reason(errno));
    }
  }
  if (size > limits::max_config_file) {
    return unreadable(
        path, "it is larger than " + std::to_string(limits::max_config_file / 1024) + " KiB");
  }
  text.resize(size);
  return text;
}

}  // namespace tine::cli
