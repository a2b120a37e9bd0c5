#include "cli/config/change.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/config/files.h"
#include "transport/fd.h"

namespace tine::cli {
namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
constexpr mode_t rights = S_IRWXU | S_IRWXG | S_IRWXO;

Failure unwritable(const std::string& path, int error) {
  const std::string why = std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
  return fail(ErrorKind::storage_failed, path + ": cannot be written: " + why);
}

Result<void> write_whole(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unwritable(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return unwritable(path, errno);
  return {};
}

Result<void> replace(const std::string& path, mode_t mode, std::string_view text) {
  const std::string beside = path + ".tine-" + std::to_string(::getpid());
  {
    const transport::Fd file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, owner_only));
    if (!file) return unwritable(beside, errno);
    auto written = write_whole(file.get(), text, beside);
    if (written && ::fchmod(file.get(), mode) != 0) written = unwritable(beside, errno);
    if (!written) {
      ::unlink(beside.c_str());
      return written;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) == 0) return {};
  const int error = errno;
  ::unlink(beside.c_str());
  return unwritable(path, error);
}

}  // namespace

Result<void> change_config_file(const std::string& path, const ChangeText& change) {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const std::string folder = fs::path(path).parent_path();
  if (!fs::exists(folder, trouble)) {
    fs::create_directories(folder, trouble);
    if (trouble) return unwritable(folder, trouble.value());
    ::chmod(folder.c_str(), S_IRWXU);
  }
  const transport::Fd lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return unwritable(folder, errno);

  const auto before = read_config_file(path);
  if (!before) return fail(before.error());
  std::string target = path;
  mode_t mode = owner_only;
  if (*before) {
    target = fs::canonical(path, trouble);
    if (trouble) return unwritable(path, trouble.value());
    struct stat facts {};
    if (::stat(target.c_str(), &facts) != 0) return unwritable(target, errno);
    mode = facts.st_mode & rights;
  }
  const auto after = change(*before);
  if (!after) return fail(after.error());
  return replace(target, mode, *after);
}

}  // namespace tine::cli
