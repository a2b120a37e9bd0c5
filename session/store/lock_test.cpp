#include "session/store/lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <vector>

#include "session/store/limits.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/store_folder.h"

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
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
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
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
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
  const test::TemporaryFolder place;
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
      const Folder folder = test::store_folder(place);
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

TEST_CASE("whether a session is in use is told without disturbing whoever claims it") {
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  CHECK_FALSE(Lock::is_held(folder));
  CHECK_FALSE(Lock::may_be_open_elsewhere(folder));
  {
    const auto held = Lock::take(folder, me("first"));
    REQUIRE(held);
    CHECK(Lock::is_held(folder));
    CHECK(Lock::may_be_open_elsewhere(folder));
  }
  CHECK_FALSE(Lock::is_held(folder));
  CHECK_FALSE(Lock::may_be_open_elsewhere(folder));
  CHECK(Lock::take(folder, me("second")));
}

TEST_CASE("those that look whether a session is in use are not seen, and keep nobody out") {
  const test::TemporaryFolder place;
  test::FaultyFiles files;
  const Folder folder = std::move(*Folder::root(files, place.path(), true));
  { REQUIRE(Lock::take(folder, me("first"))); }
  // As far as another one is that looks.
  std::optional<File> look = std::move(*folder.open_file("locks/session.lock", Files::Open::read));
  REQUIRE(*look->try_shared_lock());
  CHECK_FALSE(Lock::is_held(folder));
  CHECK(Lock::is_coming_free(folder));
  constexpr int at_once = session::store::limits::lock_tries_at_once;
  const bool is_too_long = GENERATE(false, true);
  int tries = 0;
  files.on_lock = [&] {
    if (++tries > at_once + (is_too_long ? 1 : 0)) look.reset();
  };
  const auto taken = Lock::take(folder, me("second"));
  CHECK(taken.has_value() == !is_too_long);
  CHECK(tries == at_once + 1);
}

TEST_CASE("a holder is named only as long as it runs") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  Holder holder = this_process(clock, "a turn");
  const bool is_reused = GENERATE(false, true);
  if (is_reused) ++holder.start;  // the same pid, another process
  const auto held = Lock::take(folder, holder);
  REQUIRE(held);
  CHECK(Lock::is_held(folder));
  CHECK(Lock::holder(folder).has_value() == !is_reused);
  CHECK(Lock::is_coming_free(folder) == is_reused);
  const auto refused = Lock::take(folder, me("another"));
  REQUIRE_FALSE(refused);
  CHECK((refused.error().message == "Session locked by another process") == is_reused);
}

TEST_CASE("who was the last to hold a session and still runs may have it open") {
  test::StillClock clock;
  const test::TemporaryFolder place;
  const Folder folder = test::store_folder(place);
  std::array<int, 2> released{};
  REQUIRE(::pipe(released.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    {
      const auto held = Lock::take(folder, this_process(clock, "a turn"));
    }
    if (::write(released[1], "x", 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  REQUIRE(child > 0);
  char byte = 0;
  REQUIRE(::read(released[0], &byte, 1) == 1);
  for (const int end : released) ::close(end);
  CHECK_FALSE(Lock::is_held(folder));
  CHECK(Lock::may_be_open_elsewhere(folder));
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(Lock::may_be_open_elsewhere(folder));
}
