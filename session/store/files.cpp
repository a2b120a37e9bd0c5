#include "session/store/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "session/store/shared_files.h"

namespace tine::session::store {
namespace {

/// What is made in a folder may be used so, if the user's umask allows it.
struct Rights {
  mode_t folder;
  mode_t file;
};
constexpr Rights private_rights{.folder = S_IRWXU, .file = S_IRUSR | S_IWUSR};
constexpr Rights shared_rights{.folder = S_IRWXU | S_IRWXG | S_IRWXO,
                               .file = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH};

int result(int value) { return value < 0 ? -errno : value; }

/// Opens `path` below `dir` without following a link anywhere on the way.
int open_beneath(int dir, const std::string& path, int flags, mode_t file_mode = 0) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
  if ((flags & O_CREAT) != 0) how.mode = file_mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const auto fd = static_cast<int>(::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how));
  if (fd >= 0 || errno != ENOSYS) return result(fd);

  // An older kernel: one step at a time.
  int current = ::fcntl(dir, F_DUPFD_CLOEXEC, 0);
  std::size_t begin = 0;
  while (current >= 0) {
    const std::size_t slash = path.find('/', begin);
    const std::string name = path.substr(begin, slash == std::string::npos ? slash : slash - begin);
    if (name.empty() || name == "..") errno = EXDEV;
    const bool last = slash == std::string::npos;
    const int next =
        name.empty() || name == ".."
            ? -1
            : ::openat(current, name.c_str(),
                       (last ? flags : O_RDONLY | O_DIRECTORY) | O_CLOEXEC | O_NOFOLLOW, file_mode);
    const int error = errno;
    ::close(current);
    errno = error;
    if (next < 0 || last) return result(next);
    current = next;
    begin = slash + 1;
  }
  return result(current);
}

/// Closes what is neither a file nor a folder: reading it could wait for ever.
int checked(int fd) {
  if (fd < 0) return fd;
  struct stat found {};
  int error = ::fstat(fd, &found) != 0 ? errno : 0;
  if (error == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) error = ENXIO;
  if (error == 0) return fd;
  ::close(fd);
  return -error;
}

class SystemFiles : public Files {
 public:
  explicit SystemFiles(Rights rights) : rights_(rights) {}

  int open_root(const std::string& path, bool create) override {
    if (create) {
      for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
           slash = path.find('/', slash + 1)) {
        ::mkdir(path.substr(0, slash).c_str(),
                rights_.folder);  // those that are there stay as they are
      }
      if (::mkdir(path.c_str(), rights_.folder) != 0 && errno != EEXIST) return -errno;
    }
    return result(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  int open_folder(int dir, const std::string& path) override {
    return open_beneath(dir, path, O_RDONLY | O_DIRECTORY);
  }

  int open_file(int dir, const std::string& path, Open how) override {
    switch (how) {
      case Open::read:
        return checked(open_beneath(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
      case Open::append:
        return checked(open_beneath(dir, path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY,
                                    rights_.file));
      case Open::create_new:
        return open_beneath(dir, path, O_WRONLY | O_CREAT | O_EXCL, rights_.file);
      case Open::lock:
        return checked(
            open_beneath(dir, path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY, rights_.file));
    }
    return -EINVAL;
  }

  int make_folder(int dir, const std::string& name) override {
    const int made = ::mkdirat(dir, name.c_str(), rights_.folder);
    return made != 0 && errno != EEXIST ? -errno : 0;
  }

  ssize_t write(int fd, std::string_view bytes) override {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    return n < 0 ? -errno : n;
  }

  ssize_t read_at(int fd, std::span<char> room, std::int64_t offset) override {
    const ssize_t n = ::pread(fd, room.data(), room.size(), offset);
    return n < 0 ? -errno : n;
  }

  void read_ahead(int fd) override { ::posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED); }

  int truncate(int fd, std::int64_t bytes) override { return result(::ftruncate(fd, bytes)); }
  int sync(int fd) override { return result(::fdatasync(fd)); }
  int sync_file_system(int fd) override { return result(::syncfs(fd)); }

  int rename(int dir, const std::string& from, const std::string& to) override {
    return result(::renameat(dir, from.c_str(), dir, to.c_str()));
  }
  int exchange(int dir, const std::string& from, const std::string& to) override {
    return result(::renameat2(dir, from.c_str(), dir, to.c_str(), RENAME_EXCHANGE));
  }

  int remove_file(int dir, const std::string& name) override {
    return result(::unlinkat(dir, name.c_str(), 0));
  }

  int remove_folder(int dir, const std::string& name) override {
    return result(::unlinkat(dir, name.c_str(), AT_REMOVEDIR));
  }

  int writable(int dir) override { return result(::faccessat(dir, ".", W_OK | X_OK, AT_EACCESS)); }

  int facts(int fd, Facts& out) override {
    struct stat found {};
    if (::fstat(fd, &found) != 0) return -errno;
    out.directory = S_ISDIR(found.st_mode);
    out.regular = S_ISREG(found.st_mode);
    out.bytes = found.st_size;
    out.inode = found.st_ino;
    out.modified_ms = found.st_mtim.tv_sec * std::int64_t{1000} + found.st_mtim.tv_nsec / 1'000'000;
    return 0;
  }

  int names(int dir, std::vector<std::string>& out) override {
    const int own = ::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0) return -errno;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), ::closedir);
    if (!stream) {
      const int error = errno;
      ::close(own);
      return -error;
    }
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name(static_cast<const char*>(entry->d_name));
      if (name != "." && name != "..") out.emplace_back(name);
      errno = 0;
    }
    return -errno;
  }

  int try_lock(int fd) override { return result(::flock(fd, LOCK_EX | LOCK_NB)); }
  int try_shared_lock(int fd) override { return result(::flock(fd, LOCK_SH | LOCK_NB)); }
  void close(int fd) override { ::close(fd); }

 private:
  Rights rights_;
};

class SharedFiles final : public SystemFiles {
 public:
  SharedFiles() : SystemFiles(shared_rights) {}

  int open_root(const std::string& path, bool create) override {
    if (create) return -EPERM;  // it is the user's, and there
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto fd =
        static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
    if (fd >= 0 || errno != ENOSYS) return result(fd);
    return result(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  }
};

}  // namespace

Files& system_files() {
  static SystemFiles files(private_rights);
  return files;
}

Files& shared_files() {
  static SharedFiles files;
  return files;
}

}  // namespace tine::session::store
