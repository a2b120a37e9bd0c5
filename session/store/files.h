#pragma once
// The system calls that the store makes, as an interface: so that a test can let any of them fail,
// and so that none of them ever follows a link below the store's root.
//
// Stateless; one for the whole process, outlives the store. Calls block for as long as the disk
// does. A result below zero is an errno, negated.

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tine::session::store {

class Files {
 public:
  enum class Open : std::uint8_t { read, append, create_new, lock };
  struct Facts {
    bool directory = false;
    bool regular = false;
    std::int64_t bytes = 0;
    std::int64_t modified_ms = 0;
    std::uint64_t inode = 0;
  };

  virtual ~Files() = default;

  /// Directories above the root may be links: they are the user's. `path` is absolute.
  virtual int open_root(const std::string& path, bool create) = 0;
  /// `path` is relative to `dir`, and nothing on the way may be a link.
  virtual int open_folder(int dir, const std::string& path) = 0;
  /// -ENXIO: a pipe, socket or device, which is never read nor written. Of a folder `read` gives a
  /// descriptor that cannot be read.
  virtual int open_file(int dir, const std::string& path, Open how) = 0;
  virtual int make_folder(int dir, const std::string& name) = 0;
  virtual ssize_t write(int fd, std::string_view bytes) = 0;
  virtual ssize_t read_at(int fd, std::span<char> room, std::int64_t offset) = 0;
  /// Lets the system begin to read the whole file. Does not wait for it.
  virtual void read_ahead(int fd) = 0;
  virtual int truncate(int fd, std::int64_t bytes) = 0;
  virtual int sync(int fd) = 0;
  /// All that was written to the file system on which the open file lies.
  virtual int sync_file_system(int fd) = 0;
  virtual int rename(int dir, const std::string& from, const std::string& to) = 0;
  /// Puts `from` in the place of `to` and `to` in that of `from`: -ENOENT when either is missing,
  /// -EINVAL where the file system cannot.
  virtual int exchange(int dir, const std::string& from, const std::string& to) = 0;
  virtual int remove_file(int dir, const std::string& name) = 0;
  virtual int remove_folder(int dir, const std::string& name) = 0;
  /// Whether names can be added to the folder.
  virtual int writable(int dir) = 0;
  virtual int facts(int fd, Facts& out) = 0;
  virtual int names(int dir, std::vector<std::string>& out) = 0;
  /// 0 when the lock was taken, -EWOULDBLOCK when another holds it.
  virtual int try_lock(int fd) = 0;
  /// The same for a lock that others may share.
  virtual int try_shared_lock(int fd) = 0;
  virtual void close(int fd) = 0;
};

/// The real ones.
Files& system_files();

}  // namespace tine::session::store
