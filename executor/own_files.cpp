#include "executor/own_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace tine::executor {
namespace {

using transport::Fd;

Fd open_in(const Fd& folder, const char* name, int flags) {
  return Fd(::openat(folder.get(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags));
}

}  // namespace

Fd open_root(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Fd open_folder(const Fd& in, const std::string& name) {
  return open_in(in, name.c_str(), O_DIRECTORY);
}

std::vector<std::string> names_in(const Fd& folder) {
  std::vector<std::string> names;
  Fd own = open_in(folder, ".", O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(own ? ::fdopendir(own.get()) : nullptr,
                                                   [](DIR* each) { return ::closedir(each); });
  if (!stream) return names;
  own.release();
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name = static_cast<const char*>(entry->d_name);
    if (!name.starts_with('.')) names.push_back(std::move(name));
  }
  return names;
}

bool OwnFile::is_later_than(const OwnFile& other) const {
  const timespec& one = facts.st_mtim;
  const timespec& two = other.facts.st_mtim;
  return std::pair(one.tv_sec, one.tv_nsec) > std::pair(two.tv_sec, two.tv_nsec);
}

std::optional<OwnFile> open_file(const Fd& in, const std::string& name) {
  OwnFile file;
  file.fd = open_in(in, name.c_str(), O_NONBLOCK);
  if (!file.fd || ::fstat(file.fd.get(), &file.facts) != 0) return std::nullopt;
  if (!S_ISREG(file.facts.st_mode) || file.facts.st_uid != ::geteuid()) return std::nullopt;
  return file;
}

}  // namespace tine::executor
