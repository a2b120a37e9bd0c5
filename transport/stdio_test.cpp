#include "transport/stdio.h"

#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include <functional>
#include <string>
#include <utility>

#include "tests/doubles/peers.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

/// What a child's descriptors 0 to 2 are.
struct Standard {
  int in = -1;
  int out = -1;
  int err = -1;
};

void place(int fd, int at) {
  if (fd < 0) {
    ::close(at);
  } else {
    ::dup2(fd, at);
  }
}

/// Runs `body` in a child with these descriptors; gives what it returned.
int in_child(const Standard& standard, const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    place(standard.in, STDIN_FILENO);
    place(standard.out, STDOUT_FILENO);
    place(standard.err, STDERR_FILENO);
    ::_exit(body());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string read_all(Fd& fd) {
  std::string all;
  std::array<char, 256> room{};
  for (;;) {
    const ssize_t n = ::read(fd.get(), room.data(), room.size());
    if (n <= 0) return all;
    all.append(room.data(), static_cast<std::size_t>(n));
  }
}

bool same_file(int a, int b) {
  struct stat x {};
  struct stat y {};
  return ::fstat(a, &x) == 0 && ::fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/// Waits for a word on the claimed input, answers on the claimed output, and makes noise on
/// descriptor 1. Each way to fail is a code of its own.
int converse() {
  fill_standard_descriptors();
  auto stdio = claim_stdio();
  if (!stdio) return 10;
  if (stdio->in.get() <= STDERR_FILENO || stdio->out.get() <= STDERR_FILENO) return 11;
  if ((::fcntl(stdio->in.get(), F_GETFD) & FD_CLOEXEC) == 0) return 12;
  if ((::fcntl(stdio->out.get(), F_GETFD) & FD_CLOEXEC) == 0) return 13;
  if (!same_file(STDOUT_FILENO, STDERR_FILENO)) return 14;
  if (::write(STDOUT_FILENO, "noise", 5) != 5) return 15;
  char byte = 0;
  if (::read(STDIN_FILENO, &byte, 1) != 0) return 16;

  int result = 20;
  Loop loop;
  const auto channel = make_fd_channel(loop, std::move(stdio->in), std::move(stdio->out));
  start(loop, [&]() -> Task<void> {
    std::array<char, 64> room{};
    // More than a pipe or a terminal holds, so that the writer has to wait as the reader does.
    const auto got = co_await channel->read_some(room);
    if (!got) co_return;
    const std::string word(room.data(), *got);
    const bool written = co_await write_text(*channel, std::string(200000, 'a') + word);
    result = written ? 0 : 21;
  });
  loop.run_ready();
  loop.run();
  return result;
}

bool non_blocking(const Fd& fd) { return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0; }

/// The child converses over `in` and `out`; the test holds the other ends.
void conversation(Fd in, Fd in_far, Fd out, Fd out_far) {
  FdPair errors = make_pipe();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    place(in.get(), STDIN_FILENO);
    place(out.get(), STDOUT_FILENO);
    place(errors.second.get(), STDERR_FILENO);
    for (const Fd* fd : {&in, &in_far, &out, &out_far, &errors.first}) ::close(fd->get());
    ::_exit(converse());
  }
  errors.second.reset();
  REQUIRE(::write(in_far.get(), "word", 4) == 4);
  const std::size_t expected = 200004;
  std::string answer;
  std::array<char, 1000> room{};
  bool leaked = false;
  while (answer.size() < expected) {
    const ssize_t n = ::read(out_far.get(), room.data(), room.size());
    if (n <= 0) break;
    answer.append(room.data(), static_cast<std::size_t>(n));
    // These share their descriptions with the child's standard descriptors.
    leaked = leaked || non_blocking(in) || non_blocking(out);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(answer.size() == expected);
  CHECK(answer.ends_with("aword"));
  CHECK_FALSE(leaked);
  CHECK_FALSE(non_blocking(in));
  CHECK_FALSE(non_blocking(out));
  CHECK(read_all(errors.first) == "noise");
}

}  // namespace

TEST_CASE("stdio on pipes") {
  FdPair in = make_pipe();
  FdPair out = make_pipe();
  conversation(std::move(in.first), std::move(in.second), std::move(out.second),
               std::move(out.first));
}

TEST_CASE("stdio on sockets") {
  FdPair in = make_socketpair();
  FdPair out = make_socketpair();
  conversation(std::move(in.first), std::move(in.second), std::move(out.first),
               std::move(out.second));
}

TEST_CASE("stdio on a terminal") {
  int master = -1;
  int slave = -1;
  REQUIRE(::openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
  termios raw{};
  REQUIRE(::tcgetattr(slave, &raw) == 0);
  ::cfmakeraw(&raw);
  REQUIRE(::tcsetattr(slave, TCSANOW, &raw) == 0);
  const Fd outside(master);
  const Fd inside(slave);
  conversation(duplicate(inside), duplicate(outside), duplicate(inside), duplicate(outside));
}

TEST_CASE("stdio on files") {
  Loop loop;
  std::string name = "/tmp/tine-stdio-XXXXXX";
  const Fd file(::mkostemp(name.data(), O_CLOEXEC));
  REQUIRE(file);
  ::unlink(name.c_str());
  REQUIRE(::write(file.get(), "word", 4) == 4);
  REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
  FdPair errors = make_pipe();
  CHECK(in_child({file.get(), file.get(), errors.second.get()}, converse) == 0);
  errors.second.reset();
  CHECK(read_all(errors.first) == "noise");
  struct stat facts {};
  REQUIRE(::fstat(file.get(), &facts) == 0);
  CHECK(facts.st_size == 200008);
}

TEST_CASE("standard descriptors that are closed become /dev/null, and no others") {
  const auto only_null = [] {
    fill_standard_descriptors();
    const Fd null(::open("/dev/null", O_RDWR));
    if (null.get() != 3) return 1;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
      if (!same_file(fd, null.get())) return 2;
    }
    if (::write(STDOUT_FILENO, "x", 1) != 1 || ::write(STDERR_FILENO, "x", 1) != 1) return 3;
    auto stdio = claim_stdio();
    if (!stdio) return 4;
    char byte = 0;
    if (::read(stdio->in.get(), &byte, 1) != 0) return 5;
    return ::write(stdio->out.get(), "x", 1) == 1 ? 0 : 6;
  };
  const auto close_others = [&] {
    for (int fd = STDERR_FILENO + 1; fd < 256; ++fd) ::close(fd);
    return only_null();
  };
  CHECK(in_child({}, close_others) == 0);
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK(in_child({null.get(), -1, -1}, close_others) == 0);
  CHECK(in_child({-1, null.get(), -1}, close_others) == 0);
  CHECK(in_child({-1, -1, null.get()}, close_others) == 0);

  FdPair pipe = make_pipe();
  CHECK(in_child({-1, -1, pipe.second.get()}, [] {
          fill_standard_descriptors();
          const auto stdio = claim_stdio();
          if (!stdio) return 1;
          return ::write(STDOUT_FILENO, "late", 4) == 4 ? 0 : 2;
        }) == 0);
  pipe.second.reset();
  CHECK(read_all(pipe.first) == "late");
}

TEST_CASE("claiming descriptors that nobody has filled does not mix them up") {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const auto claims = [] {
    const auto stdio = claim_stdio();
    if (!stdio || stdio->in.get() <= STDERR_FILENO || stdio->out.get() <= STDERR_FILENO) return 1;
    return (::fcntl(stdio->out.get(), F_GETFL) & O_ACCMODE) == O_WRONLY ? 0 : 2;
  };
  CHECK(in_child({-1, null.get(), null.get()}, claims) == 0);
  CHECK(in_child({null.get(), -1, null.get()}, claims) == 0);
  CHECK(in_child({null.get(), null.get(), -1}, claims) == 0);
}
