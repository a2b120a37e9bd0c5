#include "cli/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tine::cli {
namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

Failure refused(std::string why) { return fail(ErrorKind::storage_failed, std::move(why)); }
Failure refused(int error) { return refused(std::strerror(error)); }

/// Why nothing is written into such a file; empty: it may be.
std::string_view objection(const struct stat& facts) {
  if (S_ISLNK(facts.st_mode)) return "it is a symbolic link";
  if (S_ISCHR(facts.st_mode)) return {};
  if (!S_ISREG(facts.st_mode)) return "it is not a regular file";
  if (facts.st_uid != ::geteuid()) return "it belongs to another user";
  return {};
}

}  // namespace

Result<transport::Fd> open_private(const std::string& path, PrivateFile how) {
  struct stat facts {};
  const bool exists = ::lstat(path.c_str(), &facts) == 0;
  if (exists) {
    if (const auto why = objection(facts); !why.empty()) return refused(std::string(why));
  } else if (errno != ENOENT) {
    return refused(errno);
  }
  int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
  if (exists && S_ISCHR(facts.st_mode)) {
    transport::Fd device(::open(path.c_str(), flags));
    if (!device) return refused(errno);
    return device;
  }
  if (how == PrivateFile::anew) {
    if (exists && ::unlink(path.c_str()) != 0) return refused(errno);
    flags |= O_EXCL;
  }
  // Should a named pipe have taken its place meanwhile, nobody waits for its reader.
  transport::Fd file(::open(path.c_str(), flags | O_CREAT | O_NONBLOCK, owner_only));
  if (!file) return refused(errno);
  if (::fstat(file.get(), &facts) != 0) return refused(errno);
  if (const auto why = objection(facts); !why.empty()) return refused(std::string(why));
  if (::fchmod(file.get(), owner_only) != 0) return refused(errno);
  return file;
}

}  // namespace tine::cli
