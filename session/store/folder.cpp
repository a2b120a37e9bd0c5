#include "session/store/folder.h"

#include <array>
#include <cerrno>
#include <cstring>

#include "base/handled.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

Failure failed(std::string_view doing, ssize_t negated) {
  return Failure(file_error(doing, static_cast<int>(-negated)));
}

}  // namespace

Error file_error(std::string_view doing, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  Error out(full ? ErrorKind::storage_full : ErrorKind::storage_failed,
            std::string(doing) + ": " + std::strerror(error));
  if (error == EMFILE || error == ENFILE) {
    out.hint = "Close some sessions, or allow more open files (ulimit -n), and try again.";
    out.retryable = true;
  } else if (error == ENOMEM || error == EAGAIN || error == EINTR) {
    out.hint = "Try again.";
    out.retryable = true;
  } else if (error == EROFS || error == EACCES || error == EPERM) {
    out.hint = "Make the state directory writable, or name another one with XDG_STATE_HOME.";
  } else if (error == ELOOP || error == EXDEV) {
    out.message = std::string(doing) + ": a link stands where tine keeps a file or folder";
    out.hint = "Remove the link; tine follows none there.";
  } else if (error == ENXIO) {
    out.message = std::string(doing) + ": a pipe, socket or device stands where tine keeps a file";
    out.hint = "Remove it; tine reads and writes nothing but files there.";
  }
  return out;
}

// --- File
// ------------------------------------------------------------------------------------------

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    close();
    files_ = other.files_;
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void File::close() {
  if (fd_ >= 0) files_->close(fd_);
  fd_ = -1;
}

Result<void> File::append(std::string_view bytes, std::size_t& written) {
  count_handled(bytes.size());
  written = 0;
  while (written < bytes.size()) {
    const ssize_t n = files_->write(fd_, bytes.substr(written));
    if (n == -EINTR) continue;
    // A full disk first writes less and only then says why.
    if (n <= 0) return failed("cannot write", n == 0 ? -ENOSPC : n);
    written += static_cast<std::size_t>(n);
  }
  return {};
}

Result<void> File::write_at_begin(std::string_view bytes) {
  // A descriptor that is not for appending begins at the beginning.
  std::size_t written = 0;
  return append(bytes, written);
}

Result<std::size_t> File::read_at(std::span<char> room, std::int64_t offset) const {
  std::size_t done = 0;
  while (done < room.size()) {
    const ssize_t n =
        files_->read_at(fd_, room.subspan(done), offset + static_cast<std::int64_t>(done));
    if (n == -EINTR) continue;
    if (n < 0) return failed("cannot read", n);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  count_handled(done);
  return done;
}

Result<void> File::truncate(std::int64_t bytes) {
  const int done = files_->truncate(fd_, bytes);
  if (done < 0) return failed("cannot cut a file", done);
  return {};
}

Result<void> File::sync() {
  int done = files_->sync(fd_);
  while (done == -EINTR) done = files_->sync(fd_);
  if (done < 0) return failed("cannot bring a file to disk", done);
  return {};
}

Result<Files::Facts> File::facts() const {
  Files::Facts facts;
  const int done = files_->facts(fd_, facts);
  if (done < 0) return failed("cannot look at a file", done);
  return facts;
}

Result<bool> File::try_lock() { return taken(&Files::try_lock); }
Result<bool> File::try_shared_lock() { return taken(&Files::try_shared_lock); }

Result<bool> File::taken(int (Files::*lock)(int)) {
  int done = (files_->*lock)(fd_);
  while (done == -EINTR) done = (files_->*lock)(fd_);
  if (done == -EWOULDBLOCK) return false;
  if (done < 0) return failed("cannot lock a file", done);
  return true;
}

// --- Folder
// ----------------------------------------------------------------------------------------

Result<Folder> Folder::root(Files& files, const std::string& path, bool create) {
  const int fd = files.open_root(path, create);
  if (fd < 0) return failed("cannot open the state directory " + path, fd);
  return Folder(files, fd);
}

Folder& Folder::operator=(Folder&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) files_->close(fd_);
    files_ = other.files_;
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Folder::~Folder() {
  if (fd_ >= 0) files_->close(fd_);
}

Result<Folder> Folder::open(const std::string& path) const {
  const int fd = files_->open_folder(fd_, path);
  if (fd < 0) return failed("cannot open a folder that tine keeps", fd);
  return Folder(*files_, fd);
}

Result<Folder> Folder::make(const std::string& path) const {
  const std::size_t slash = path.find('/');
  const std::string name = path.substr(0, slash);
  const int made = files_->make_folder(fd_, name);
  if (made < 0) return failed("cannot make a folder that tine keeps", made);
  auto folder = open(name);
  if (!folder || slash == std::string::npos) return folder;
  return folder->make(path.substr(slash + 1));
}

Result<File> Folder::open_file(const std::string& name, Files::Open how) const {
  const int fd = files_->open_file(fd_, name, how);
  if (fd < 0) return failed("cannot open " + name, fd);
  return File(*files_, fd);
}

Result<bool> Folder::contains(const std::string& path) const {
  const int fd = files_->open_file(fd_, path, Files::Open::read);
  if (fd >= 0) files_->close(fd);
  if (fd >= 0 || fd == -ELOOP || fd == -EXDEV || fd == -ENXIO || fd == -EACCES) return true;
  if (fd == -ENOENT || fd == -ENOTDIR) return false;
  return failed("cannot look into a folder of the store", fd);
}

bool Folder::has(const std::string& name) const {
  const auto found = contains(name);
  return !found || *found;
}

Result<void> Folder::check_writable() const {
  const int done = files_->writable(fd_);
  if (done < 0) return failed("cannot write to the state directory", done);
  return {};
}

Result<std::vector<std::string>> Folder::names() const {
  std::vector<std::string> out;
  const int done = files_->names(fd_, out);
  if (done < 0) return failed("cannot list a folder of the store", done);
  return out;
}

std::int64_t Folder::bytes() const {
  std::int64_t sum = 0;
  const auto inside = names();
  if (!inside) return sum;
  for (const std::string& each : *inside) {
    if (const auto folder = open(each)) {
      sum += folder->bytes();
    } else if (const auto file = open_file(each, Files::Open::read)) {
      const auto facts = file->facts();
      if (facts) sum += facts->bytes;
    }
  }
  return sum;
}

Result<std::string> Folder::read_whole(const std::string& name, std::size_t limit) const {
  auto text = read_if_there(name, limit);
  if (!text) return fail(std::move(text.error()));
  if (!*text) return failed("cannot open " + name, -ENOENT);
  return std::move(**text);
}

Result<std::optional<std::string>> Folder::read_if_there(const std::string& name,
                                                         std::size_t limit) const {
  const int fd = files_->open_file(fd_, name, Files::Open::read);
  if (fd == -ENOENT) return std::optional<std::string>();
  if (fd < 0) return failed("cannot open " + name, fd);
  const File file(*files_, fd);
  const auto facts = file.facts();
  if (!facts) return fail(facts.error());
  if (facts->directory) return failed("cannot read " + name, -EISDIR);
  if (facts->bytes < 0 || static_cast<std::uint64_t>(facts->bytes) > limit) {
    return fail(ErrorKind::damaged, name + " is larger than " + std::to_string(limit) + " bytes");
  }
  std::string text(static_cast<std::size_t>(facts->bytes), '\0');
  const auto got = file.read_at(text, 0);
  if (!got) return fail(got.error());
  text.resize(*got);
  return std::optional<std::string>(std::move(text));
}

namespace {

std::string beside(const std::string& name) { return name + ".new"; }

}  // namespace

Result<void> Folder::write_beside(const std::string& name, std::string_view bytes,
                                  bool sync) const {
  // What a process that died here has left behind.
  files_->remove_file(fd_, beside(name));
  auto file = open_file(beside(name), Files::Open::create_new);
  if (!file) return fail(file.error());
  std::size_t written = 0;
  Result<void> done = file->append(bytes, written);
  if (done && sync) done = file->sync();
  return done;
}

Result<void> Folder::replace(const std::string& name, std::string_view bytes, bool sync) const {
  Result<void> done = write_beside(name, bytes, sync);
  if (done) done = rename(beside(name), name);
  if (!done) files_->remove_file(fd_, beside(name));
  if (done && sync) return this->sync();
  return done;
}

Result<bool> Folder::replace_if_there(const std::string& name, std::string_view bytes) const {
  Result<void> done = write_beside(name, bytes, false);
  bool is_there = true;
  if (done) {
    int exchanged = files_->exchange(fd_, beside(name), name);
    // A file system that cannot exchange: who removes the file just now is not seen.
    if (exchanged == -EINVAL || exchanged == -ENOSYS)
      exchanged = has(name) ? files_->rename(fd_, beside(name), name) : -ENOENT;
    is_there = exchanged != -ENOENT;
    if (is_there && exchanged < 0) done = failed("cannot rename " + beside(name), exchanged);
  }
  files_->remove_file(fd_, beside(name));
  if (!done) return fail(std::move(done.error()));
  return is_there;
}

Result<void> Folder::sync_file_system() const {
  const int done = files_->sync_file_system(fd_);
  if (done < 0) return failed("cannot bring the store to disk", done);
  return {};
}

Result<void> Folder::sync() const {
  const int done = files_->sync(fd_);
  // Some file systems cannot do that for a folder.
  if (done < 0 && done != -EINVAL && done != -EBADF)
    return failed("cannot bring a folder to disk", done);
  return {};
}

Result<void> Folder::rename(const std::string& from, const std::string& to) const {
  const int done = files_->rename(fd_, from, to);
  if (done < 0) return failed("cannot rename " + from, done);
  return {};
}

Result<void> Folder::remove_file(const std::string& name) const {
  const int done = files_->remove_file(fd_, name);
  if (done < 0 && done != -ENOENT) return failed("cannot remove " + name, done);
  return {};
}

Result<void> Folder::remove_folder(const std::string& name) const {
  int done = -ENOTEMPTY;
  // Another process may still add a file to what it had opened before.
  for (int tries = 0; done == -ENOTEMPTY && tries < limits::removal_tries; ++tries) {
    if (auto emptied = empty_folder(name); !emptied) return emptied;
    done = files_->remove_folder(fd_, name);
  }
  // A link in the folder's place is removed as a link.
  if (done == -ENOTDIR) return remove_file(name);
  if (done < 0 && done != -ENOENT) return failed("cannot remove a folder of the store", done);
  return {};
}

Result<void> Folder::empty_folder(const std::string& name) const {
  const auto folder = open(name);
  if (!folder) return {};
  const auto inside = folder->names();
  if (!inside) return fail(inside.error());
  for (const std::string& each : *inside) {
    // A folder cannot be unlinked, and a link to one is not a folder.
    const int gone = files_->remove_file(folder->fd_, each);
    if (gone != -EISDIR && gone != -EPERM) continue;
    if (auto removed = folder->remove_folder(each); !removed) return removed;
  }
  return {};
}

}  // namespace tine::session::store
