#pragma once
// The real file system calls, each of which can be told to fail or to do less.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>

#include "session/store/files.h"

namespace tine::test {

class FaultyFiles final : public session::store::Files {
 public:
  /// Asked before each write: how many bytes to write, or an errno, negated.
  std::function<ssize_t(std::size_t wanted)> on_write;
  /// Called before each open, rename, and try of a lock: what another process does in that moment.
  std::function<void()> on_open;
  std::function<void()> on_rename;
  std::function<void()> on_lock;
  int sync_error = 0;    ///< errno for every sync
  int rename_error = 0;  ///< errno for every rename
  bool can_exchange = true;
  int syncs = 0;                          ///< how many there were
  int file_system_syncs = 0;              ///< how many of these
  std::atomic<std::size_t> opens = 0;     ///< of files and folders; several threads may ask
  std::size_t failing_open = 0;           ///< which of them fails with EMFILE; 0: none
  std::atomic<std::size_t> listings = 0;  ///< of folders

  int open_root(const std::string& path, bool create) override {
    return real_.open_root(path, create);
  }
  int open_folder(int dir, const std::string& path) override {
    if (on_open) on_open();
    return ++opens == failing_open ? -EMFILE : real_.open_folder(dir, path);
  }
  int open_file(int dir, const std::string& path, Open how) override {
    if (on_open) on_open();
    return ++opens == failing_open ? -EMFILE : real_.open_file(dir, path, how);
  }
  int make_folder(int dir, const std::string& name) override {
    return real_.make_folder(dir, name);
  }
  ssize_t write(int fd, std::string_view bytes) override {
    if (!on_write) return real_.write(fd, bytes);
    const ssize_t allowed = on_write(bytes.size());
    if (allowed < 0) return allowed;
    return real_.write(fd, bytes.substr(0, static_cast<std::size_t>(allowed)));
  }
  ssize_t read_at(int fd, std::span<char> room, std::int64_t offset) override {
    return real_.read_at(fd, room, offset);
  }
  void read_ahead(int fd) override { real_.read_ahead(fd); }
  int truncate(int fd, std::int64_t bytes) override { return real_.truncate(fd, bytes); }
  int sync(int fd) override {
    ++syncs;
    return sync_error != 0 ? -sync_error : real_.sync(fd);
  }
  int sync_file_system(int fd) override {
    ++file_system_syncs;
    return real_.sync_file_system(fd);
  }
  int rename(int dir, const std::string& from, const std::string& to) override {
    if (on_rename) on_rename();
    return rename_error != 0 ? -rename_error : real_.rename(dir, from, to);
  }
  int exchange(int dir, const std::string& from, const std::string& to) override {
    if (on_rename) on_rename();
    if (rename_error != 0) return -rename_error;
    return can_exchange ? real_.exchange(dir, from, to) : -EINVAL;
  }
  int remove_file(int dir, const std::string& name) override {
    return real_.remove_file(dir, name);
  }
  int remove_folder(int dir, const std::string& name) override {
    return real_.remove_folder(dir, name);
  }
  int writable(int dir) override { return real_.writable(dir); }
  int facts(int fd, Facts& out) override { return real_.facts(fd, out); }
  int names(int dir, std::vector<std::string>& out) override {
    ++listings;
    return real_.names(dir, out);
  }
  int try_lock(int fd) override {
    if (on_lock) on_lock();
    return real_.try_lock(fd);
  }
  int try_shared_lock(int fd) override { return real_.try_shared_lock(fd); }
  void close(int fd) override { real_.close(fd); }

 private:
  Files& real_ = session::store::system_files();
};

}  // namespace tine::test
