#include "session/store/lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <vector>

#include "session/store/temporary_folder.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session::store;

namespace {

Holder me(std::string reason) {
  Holder holder;
  holder.pid = ::getpid();
  holder.host = "here";
  holder.reason = std::move(reason);
  holder.since = "2026-01-31T12:00:00.000Z";
  return holder;
}

}  // namespace

TEST_CASE("the second writer is told who holds the session") {
  const TemporaryFolder place;
  const Folder folder = place.open();
  const auto first = Lock::take(folder, me("a turn runs"));
  REQUIRE(first);
  const auto second = Lock::take(folder, me("another"));
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::session_locked);
  CHECK(second.error().message.find("Session locked by PID " + std::to_string(::getpid())) == 0);
  CHECK(second.error().message.find("a turn runs") != std::string::npos);
  CHECK(second.error().data.find("\"holder\":{") == 0);
}

TEST_CASE("a lock that was given back is taken by the next, and its file stays") {
  const TemporaryFolder place;
  const Folder folder = place.open();
  { REQUIRE(Lock::take(folder, me("first"))); }
  CHECK(std::filesystem::exists(place.path() + "/locks/session.lock"));
  CHECK(Lock::take(folder, me("second")));
}

TEST_CASE("a reused pid is not taken for the holder") {
  Holder holder = me("x");
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  holder.host = host.data();
  holder.start = 1;  // long before this process
  CHECK_FALSE(is_alive(holder));
}

TEST_CASE("of fifty processes exactly one gets the lock, and after its death exactly one other") {
  const TemporaryFolder place;
  constexpr int racers = 50;
  std::array<int, 2> start{};
  std::array<int, 2> won{};
  REQUIRE(::pipe(start.data()) == 0);
  REQUIRE(::pipe(won.data()) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < racers; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(start[1]);
      char go = 0;
      while (::read(start[0], &go, 1) > 0) {
      }
      const Folder folder = place.open();
      // Tries until it has it; then says so and holds it until it is killed.
      for (;;) {
        const auto lock = Lock::take(folder, me("race"));
        if (!lock) {
          ::usleep(1000);
          continue;
        }
        const pid_t self = ::getpid();
        if (::write(won[1], &self, sizeof self) < 0) ::_exit(1);
        ::pause();
      }
    }
    children.push_back(pid);
  }
  ::close(start[0]);
  ::close(start[1]);  // go
  const auto winner = [&] {
    pid_t pid = 0;
    REQUIRE(::read(won[0], &pid, sizeof pid) == sizeof pid);
    return pid;
  };
  const auto nobody_else = [&] {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(won[0], &set);
    timeval wait{.tv_sec = 0, .tv_usec = 200'000};
    return ::select(won[0] + 1, &set, nullptr, nullptr, &wait) == 0;
  };
  const pid_t first = winner();
  CHECK(nobody_else());
  ::kill(first, SIGKILL);
  ::waitpid(first, nullptr, 0);
  const pid_t second = winner();
  CHECK(second != first);
  CHECK(nobody_else());
  for (const pid_t pid : children) {
    if (pid == first) continue;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}
