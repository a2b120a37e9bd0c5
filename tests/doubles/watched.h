#pragma once
// Tells whether processes have ended.
//
// For tests only.

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/catch.h"
#include "transport/fd.h"
#include "transport/loop.h"

namespace tine::transport::test {

/// Processes that are watched from now on, so that a pid that is used again is not mistaken.
class Watched {
 public:
  explicit Watched(const std::vector<std::string>& pids) {
    for (const std::string& pid : pids) {
      fds_.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(pid), 0)));
      REQUIRE(fds_.back());
    }
  }
  bool all_end_within(Milliseconds time) const {
    for (const Fd& fd : fds_) {
      pollfd source{.fd = fd.get(), .events = POLLIN, .revents = 0};
      if (::poll(&source, 1, static_cast<int>(time.count())) != 1) return false;
    }
    return true;
  }
  bool all_ended() const { return all_end_within(Milliseconds(0)); }
  bool none_ended() const {
    for (const Fd& fd : fds_) {
      pollfd source{.fd = fd.get(), .events = POLLIN, .revents = 0};
      if (::poll(&source, 1, 0) != 0) return false;
    }
    return true;
  }

 private:
  std::vector<Fd> fds_;
};

}  // namespace tine::transport::test
