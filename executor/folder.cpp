#include "executor/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "executor/limits.h"

namespace tine::executor {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Failure wrong(const std::string& path, const std::string& what) {
  return fail(ErrorKind::damaged, path + " " + what);
}

Failure wrong(const std::string& path, int error) {
  if (error == EXDEV || error == ELOOP) return wrong(path, "leads out of the folder");
  return wrong(path, "cannot be read: " + std::generic_category().message(error));
}

bool is_absent(int error) { return error == ENOENT || error == ENOTDIR; }

/// Opens `path` without leaving the folder, and without waiting: a FIFO has nobody at its other
/// end. Nothing: there is no such file.
Result<std::optional<Descriptor>> open_in(const std::string& folder, const std::string& path,
                                          int flags) {
  const Descriptor dir(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (dir.get() < 0) {
    if (is_absent(errno)) return std::nullopt;
    return wrong(path, errno);
  }
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  auto fd = static_cast<int>(::syscall(SYS_openat2, dir.get(), path.c_str(), &how, sizeof how));
  // Without openat2 no link is followed in the last step; a kernel before 5.6.
  if (fd < 0 && errno == ENOSYS)
    fd = ::openat(dir.get(), path.c_str(), static_cast<int>(how.flags) | O_NOFOLLOW);
  if (fd >= 0) return Descriptor(fd);
  if (is_absent(errno)) return std::nullopt;
  return wrong(path, errno);
}

}  // namespace

Result<std::optional<std::string>> read_in_folder(const std::string& folder,
                                                  const std::string& path, std::size_t most) {
  auto opened = open_in(folder, path, 0);
  if (!opened) return fail(std::move(opened.error()));
  if (!*opened) return std::nullopt;
  const int fd = (*opened)->get();
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return wrong(path, errno);
  if (!S_ISREG(facts.st_mode)) return wrong(path, "is no plain file");
  std::string text;
  std::size_t size = 0;
  // One byte more than is there, so that the end is seen; a file may grow meanwhile.
  std::size_t room = static_cast<std::size_t>(facts.st_size) + 1;
  for (bool at_end = false; !at_end && size <= most; room = 2 * size) {
    text.resize(std::min(room, most + 1));
    while (size < text.size()) {
      const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return wrong(path, errno);
      at_end = got == 0;
      if (at_end) break;
      size += static_cast<std::size_t>(got);
    }
  }
  if (size > most) return wrong(path, "is larger than " + std::to_string(most) + " bytes");
  text.resize(size);
  return text;
}

Result<std::vector<std::string>> names_in_folder(const std::string& folder,
                                                 const std::string& path) {
  auto opened = open_in(folder, path, O_DIRECTORY);
  if (!opened) return fail(std::move(opened.error()));
  std::vector<std::string> names;
  if (!*opened) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir((*opened)->get()), ::closedir);
  if (!stream) return wrong(path, errno);
  (*opened)->release();
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name(static_cast<const char*>(entry->d_name));
    if (name == "." || name == "..") continue;
    if (names.size() == limits::folder_names) return wrong(path, "holds too many files");
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tine::executor
