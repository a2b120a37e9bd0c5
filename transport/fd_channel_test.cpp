#include <pty.h>
#include <sys/stat.h>
#include <termios.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/channel.h"
#include "transport/limits.h"

using namespace tine::transport;
using namespace tine::transport::test;
using tine::ErrorKind;

namespace {

struct Terminal {
  Terminal() {
    int a = -1;
    int b = -1;
    REQUIRE(::openpty(&a, &b, nullptr, nullptr, nullptr) == 0);
    master = Fd(a);
    slave = Fd(b);
    termios raw{};
    REQUIRE(::tcgetattr(b, &raw) == 0);
    ::cfmakeraw(&raw);
    REQUIRE(::tcsetattr(b, TCSANOW, &raw) == 0);
  }
  Fd master;
  Fd slave;
};

Fd open_file(const char* path, int flags) { return Fd(::open(path, flags | O_CLOEXEC)); }

/// A file of its own that is gone at the end.
struct TemporaryFile {
  TemporaryFile() : fd(::mkostemp(path.data(), O_CLOEXEC)) { REQUIRE(fd); }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path = "/tmp/tine-channel-XXXXXX";
  Fd fd;
};

bool non_blocking(const Fd& fd) { return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0; }

tine::Result<std::size_t> read_once(Loop& loop, Channel& channel) {
  tine::Result<std::size_t> result = std::size_t{0};
  run(loop, [&]() -> Task<void> {
    std::array<char, 64> room{};
    result = co_await channel.read_some(room);
  });
  return result;
}

tine::Result<void> write_once(Loop& loop, Channel& channel, std::string text) {
  tine::Result<void> result;
  run(loop, [&]() -> Task<void> {
    const std::array<std::string_view, 1> pieces{text};
    result = co_await channel.write_all(pieces);
  });
  return result;
}

}  // namespace

TEST_CASE("a shared description is never made non-blocking, whoever waits for it") {
  Loop loop;
  // Each is one that waits to be read and one that is full.
  struct Shared {
    std::string what;
    Fd in;
    Fd in_far;
    Fd out;
    Fd out_far;
  };
  std::vector<Shared> all;
  {
    FdPair in = make_pipe();
    FdPair out = make_pipe();
    all.push_back({"pipe", std::move(in.first), std::move(in.second), std::move(out.second),
                   std::move(out.first)});
  }
  {
    FdPair in = make_socketpair();
    FdPair out = make_socketpair();
    all.push_back({"socket", std::move(in.first), std::move(in.second), std::move(out.first),
                   std::move(out.second)});
  }
  {
    Terminal in;
    Terminal out;
    all.push_back({"terminal", std::move(in.slave), std::move(in.master), std::move(out.slave),
                   std::move(out.master)});
  }
  for (Shared& shared : all) {
    INFO(shared.what);
    const Fd in = duplicate(shared.in);
    const Fd out = duplicate(shared.out);
    REQUIRE_FALSE(non_blocking(in));
    const auto channel = make_fd_channel(loop, std::move(shared.in), std::move(shared.out));
    bool over = false;
    start(loop, [&]() -> Task<void> {
      std::string much(limits::write_slice, 'x');
      static_cast<void>(co_await write_text(*channel, std::move(much)));
      over = true;
    });
    run(loop, [&]() -> Task<void> {
      // The write waits by now; the read does while the word is on its way.
      co_await settle(loop);
      REQUIRE_FALSE(over);
      CHECK_FALSE(non_blocking(out));
      start(loop, [&]() -> Task<void> {
        co_await settle(loop);
        CHECK_FALSE(non_blocking(in));
        CHECK(::write(shared.in_far.get(), "word", 4) == 4);
      });
      std::array<char, 64> room{};
      const auto got = co_await channel->read_some(room);
      REQUIRE(got);
      CHECK(std::string_view(room.data(), *got) == "word");
      channel->close();
      while (!over) co_await yield(loop);
    });
    CHECK_FALSE(non_blocking(in));
    CHECK_FALSE(non_blocking(out));
  }
}

TEST_CASE("bytes over a terminal, and the end when its other side goes") {
  Loop loop;
  Terminal terminal;
  const bool waits_in_the_kernel = GENERATE(true, false);
  if (!waits_in_the_kernel) {
    for (const Fd* end : {&terminal.master, &terminal.slave})
      REQUIRE(::fcntl(end->get(), F_SETFL, O_RDWR | O_NONBLOCK) == 0);
  }
  const auto outside =
      make_fd_channel(loop, duplicate(terminal.master), std::move(terminal.master));
  auto inside = make_fd_channel(loop, duplicate(terminal.slave), std::move(terminal.slave));
  const std::string text(waits_in_the_kernel ? 10'000 : 200'000, 't');
  bool written = false;
  start(loop, [&]() -> Task<void> { written = co_await write_text(*inside, text); });
  run(loop, [&]() -> Task<void> {
    std::vector<char> room(4096);
    std::size_t read = 0;
    while (read < text.size()) {
      const auto got = co_await outside->read_some(room);
      REQUIRE(got);
      read += *got;
    }
    while (!written) co_await yield(loop);
    inside.reset();
    const auto end = co_await outside->read_some(room);
    REQUIRE(end);
    CHECK(*end == 0);
  });
}

TEST_CASE("regular files are read to their end and written") {
  Loop loop;
  TemporaryFile file;
  const std::string text(limits::read_chunk * 3 + 17, 'f');
  {
    const auto channel = make_fd_channel(loop, Fd(), duplicate(file.fd));
    const auto written = write_once(loop, *channel, text);
    CHECK(written.has_value());
    CHECK_FALSE(non_blocking(file.fd));
  }
  const auto channel = make_fd_channel(loop, open_file(file.path.c_str(), O_RDONLY), Fd());
  run(loop, [&]() -> Task<void> {
    const std::string all = co_await read_to_end(*channel);
    CHECK((all == text));
  });
}

TEST_CASE("an empty file and /dev/null are at their end at once, and /dev/null takes all") {
  Loop loop;
  TemporaryFile file;
  for (const std::string& path : {file.path, std::string("/dev/null")}) {
    for (const int flags : {0, O_NONBLOCK}) {
      INFO(path << " with flags " << flags);
      const auto channel = make_fd_channel(loop, open_file(path.c_str(), O_RDONLY | flags), Fd());
      const auto got = read_once(loop, *channel);
      REQUIRE(got);
      CHECK(*got == 0);
      const auto out = make_fd_channel(loop, Fd(), open_file("/dev/null", O_WRONLY | flags));
      const auto written = write_once(loop, *out, std::string(limits::write_slice * 3, 'n'));
      CHECK(written.has_value());
    }
  }
}

TEST_CASE("the end of a named pipe whose writer has gone before it is opened") {
  const std::string path = "/tmp/tine-pipe-" + std::to_string(::getpid());
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const Fd first = open_file(path.c_str(), O_RDONLY | O_NONBLOCK);
  Fd writer = open_file(path.c_str(), O_WRONLY);
  REQUIRE(::write(writer.get(), "word", 4) == 4);
  writer.reset();
  Loop loop;
  const auto channel = make_fd_channel(loop, open_file(path.c_str(), O_RDONLY | O_NONBLOCK), Fd());
  ::unlink(path.c_str());
  run(loop, [&]() -> Task<void> {
    const std::string all = co_await read_to_end(*channel);
    CHECK(all == "word");
  });
}

TEST_CASE("what goes wrong is said clearly") {
  Loop loop;
  const auto full = make_fd_channel(loop, Fd(), open_file("/dev/full", O_WRONLY));
  const auto no_space = write_once(loop, *full, "x");
  REQUIRE_FALSE(no_space);
  CHECK(no_space.error().kind == ErrorKind::storage_full);
  CHECK(no_space.error().message == "writing failed: No space left on device");

  const auto directory = make_fd_channel(loop, open_file("/tmp", O_RDONLY), Fd());
  const auto no_file = read_once(loop, *directory);
  REQUIRE_FALSE(no_file);
  CHECK(no_file.error().kind == ErrorKind::internal);
  CHECK(no_file.error().message == "reading failed: Is a directory");

  // An input error is an end only where a terminal says it.
  const auto broken = make_fd_channel(loop, open_file("/proc/self/mem", O_RDONLY), Fd());
  const auto no_memory = read_once(loop, *broken);
  REQUIRE_FALSE(no_memory);
  CHECK(no_memory.error().message == "reading failed: Input/output error");

  FdPair pipe = make_pipe();
  const auto unread = make_fd_channel(loop, Fd(), std::move(pipe.second));
  pipe.first.reset();
  const auto no_reader = write_once(loop, *unread, "x");
  REQUIRE_FALSE(no_reader);
  CHECK(no_reader.error().kind == ErrorKind::peer_gone);
  CHECK(no_reader.error().message == "writing failed: Broken pipe");

  const auto nothing = make_fd_channel(loop, Fd(), Fd());
  CHECK(read_once(loop, *nothing).error().kind == ErrorKind::peer_gone);
  CHECK(write_once(loop, *nothing, "x").error().kind == ErrorKind::peer_gone);
}

TEST_CASE("what is always ready lets the others have their turns") {
  Loop loop;
  int turns = 0;
  bool over = false;
  start(loop, [&]() -> Task<void> {
    while (!over) {
      ++turns;
      co_await yield(loop);
    }
  });
  SECTION("reading") {
    const auto channel = make_fd_channel(loop, open_file("/dev/zero", O_RDONLY), Fd());
    run(loop, [&]() -> Task<void> {
      std::vector<char> room(1024);
      for (int i = 0; i < 100; ++i) static_cast<void>(co_await channel->read_some(room));
      over = true;
    });
  }
  SECTION("writing") {
    const auto channel = make_fd_channel(loop, Fd(), open_file("/dev/null", O_WRONLY));
    run(loop, [&]() -> Task<void> {
      const std::string text(limits::write_slice, 'n');
      const std::vector<std::string_view> pieces(limits::write_batch * 10, text);
      static_cast<void>(co_await channel->write_all(pieces));
      over = true;
    });
  }
  CHECK(turns >= 9);
}
