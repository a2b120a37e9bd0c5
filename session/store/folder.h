#pragma once
// A folder of the store, and the few things that are done in one: whole files read and replaced,
// files appended to, folders made. Errors say what could not be done and why, without the path of
// the user's project.
//
// An owner of a descriptor; keeps it open for as long as it lives. No threads.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "session/store/files.h"

namespace tine::session::store {

/// An open file. Owned by one writer or reader.
class File {
 public:
  File(Files& files, int fd) : files_(&files), fd_(fd) {}
  File(File&& other) noexcept : files_(other.files_), fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  /// Writes all of it, or fails; `written` says how much got there.
  Result<void> append(std::string_view bytes, std::size_t& written);
  /// Writes over the beginning of a file that was opened for its lock, once.
  Result<void> write_at_begin(std::string_view bytes);
  /// Reads up to the room there is; fewer bytes only at the end.
  Result<std::size_t> read_at(std::span<char> room, std::int64_t offset) const;
  /// Lets the system begin to read the whole file. Does not wait for it.
  void read_ahead() const { files_->read_ahead(fd_); }
  Result<void> truncate(std::int64_t bytes);
  Result<void> sync();
  Result<Files::Facts> facts() const;
  /// False when another process or another open file holds it.
  Result<bool> try_lock();
  /// The same, but for those that hold it shared, too.
  Result<bool> try_shared_lock();
  void close();

 private:
  Result<bool> taken(int (Files::*lock)(int));
  Files* files_;
  int fd_;
};

class Folder {
 public:
  /// The root of a store. `create`: with all that is missing above it.
  static Result<Folder> root(Files& files, const std::string& path, bool create);

  Folder(Folder&& other) noexcept : files_(other.files_), fd_(std::exchange(other.fd_, -1)) {}
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  /// `path` may have several steps; none may be a link.
  Result<Folder> open(const std::string& path) const;
  /// Makes each step that is missing.
  Result<Folder> make(const std::string& path) const;
  Result<File> open_file(const std::string& name, Files::Open how) const;
  /// Whether anything has that name; `path` may have several steps. An error when that cannot be
  /// found out.
  Result<bool> contains(const std::string& path) const;
  /// The same; what cannot be found out counts as there: opening it then gives the reason.
  bool has(const std::string& name) const;
  Result<void> check_writable() const;
  Result<std::vector<std::string>> names() const;
  /// Of all files in it and below; links are not followed. What cannot be read counts as nothing.
  std::int64_t bytes() const;

  /// A file of more than `limit` bytes is refused.
  Result<std::string> read_whole(const std::string& name, std::size_t limit) const;
  /// The same; nothing when there is no such file.
  Result<std::optional<std::string>> read_if_there(const std::string& name,
                                                   std::size_t limit) const;
  /// Either all of `bytes` stands in the file afterwards or what was there before.
  Result<void> replace(const std::string& name, std::string_view bytes, bool sync) const;
  /// The same, unless no such file is there any more: then false, and nothing is done.
  Result<bool> replace_if_there(const std::string& name, std::string_view bytes) const;
  /// Brings the names in it to disk, where the file system can.
  Result<void> sync() const;
  /// Brings all to disk that is on the same file system.
  Result<void> sync_file_system() const;
  Result<void> rename(const std::string& from, const std::string& to) const;
  Result<void> remove_file(const std::string& name) const;
  /// With all that is in it; links are removed, never followed.
  Result<void> remove_folder(const std::string& name) const;

 private:
  Folder(Files& files, int fd) : files_(&files), fd_(fd) {}
  Result<void> write_beside(const std::string& name, std::string_view bytes, bool sync) const;
  Result<void> empty_folder(const std::string& name) const;
  Files* files_;
  int fd_;
};

/// `doing` as in "cannot write the transcript"; `error` is an errno.
Error file_error(std::string_view doing, int error);

}  // namespace tine::session::store
