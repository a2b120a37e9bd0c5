#include "transport/pty/pty.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"
#include "tests/doubles/watched.h"
#include "tests/guarded/program.h"
#include "transport/event.h"
#include "transport/guarded.h"

using namespace tine;
using namespace tine::transport;
using namespace tine::transport::test;

namespace {

GuardedSpec in_terminal(const std::string& script, TerminalSize size = {}) {
  GuardedSpec spec;
  spec.command = {"/bin/sh", "-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.guardian = tine::test::guarded_program();
  spec.terminal = size;
  return spec;
}

/// What is read until `mark` has come, or to the end without it.
Task<std::string> read_until(Channel& channel, std::string mark) {
  std::string all;
  std::array<char, 4096> room{};
  while (all.find(mark) == std::string::npos) {
    const auto got = co_await channel.read_some(room);
    if (!got || *got == 0) break;
    all.append(room.data(), *got);
  }
  co_return all;
}

/// The first word after `name` and an equals sign.
std::string word_after(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find(name + "=");
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + name.size() + 1;
  return text.substr(from, text.find_first_of(" \r\n", from) - from);
}

bool has_controlling_terminal() { return Fd(::open("/dev/tty", O_RDWR | O_NOCTTY)).get() >= 0; }

constexpr KillLadder patient{.after_input = hung, .after_term = hung};
constexpr KillLadder impatient{.after_input = Milliseconds(0), .after_term = Milliseconds(0)};

}  // namespace

TEST_CASE("pty: a program has a controlling terminal of its own, of the size that was asked for") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    const bool had = has_controlling_terminal();
    const TerminalSize size{.columns = 77, .rows = 11};
    auto started = co_await Guarded::start(
        loop, in_terminal("for n in 0 1 2; do [ -t $n ] || echo no $n; done; tty <&2;"
                          "echo foreground >/dev/tty; stty size; exit 7",
                          size));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const std::string said = co_await read_to_end(*channel);
    CHECK(said.starts_with("/dev/pts/"));
    CHECK(said.ends_with("\r\nforeground\r\n11 77\r\n"));
    CHECK(said.find("no ") == std::string::npos);
    const ExitReport report = co_await (*started)->exited();
    CHECK(report.code == 7);
    CHECK(has_controlling_terminal() == had);
  });
}

TEST_CASE("pty: a new size is told to the program") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(
        loop, in_terminal("trap 'stty size; exit' WINCH; echo on; while :; do sleep 0.01; done"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    co_await read_until(*channel, "on");
    REQUIRE((*started)->resize({.columns = 50, .rows = 9}));
    const std::string said = co_await read_to_end(*channel);
    CHECK(said.find("9 50") != std::string::npos);
  });
}

TEST_CASE("pty: a program without a terminal has no size") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    GuardedSpec spec = in_terminal("read x");
    spec.terminal.reset();
    auto started = co_await Guarded::start(loop, std::move(spec));
    REQUIRE(started);
    CHECK_FALSE((*started)->resize({}));
  });
}

TEST_CASE("pty: all that a program has written is read, also when it has ended") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started =
        co_await Guarded::start(loop, in_terminal("stty -opost; yes 0123456789 | head -n 50000"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const std::string said = co_await read_to_end(*channel);
    CHECK(said.size() == std::size_t{50'000} * 11);
  });
}

TEST_CASE("pty: what a program does not read holds up nobody else") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started =
        co_await Guarded::start(loop, in_terminal("stty raw -echo; echo on; exec sleep 1000"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    co_await read_until(*channel, "on");
    Event over(loop);
    start(loop, [&]() -> Task<void> {
      const std::string much(std::size_t{1} << 20U, 'x');
      co_await write_text(*channel, much);
      over.set();
    });
    co_await settle(loop);
    CHECK_FALSE(over.is_set());
    channel->close();
    co_await (*started)->stop(impatient);
    co_await over.wait();
  });
}

TEST_CASE("pty: hanging up ends a program that heeds it, with a kill for one that does not") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    const std::size_t before = open_descriptors();
    auto polite = co_await Guarded::start(
        loop, in_terminal("trap 'exit 5' HUP; echo on; while :; do sleep 0.01; done"));
    REQUIRE(polite);
    auto channel = (*polite)->take_channel();
    co_await read_until(*channel, "on");
    channel->close();
    const ExitReport by_hanging_up = co_await (*polite)->stop(patient);
    CHECK(by_hanging_up.code == 5);
    polite->reset();

    auto deaf = co_await Guarded::start(
        loop, in_terminal("trap '' HUP TERM INT; setsid sh -c 'trap \"\" HUP; while :; do sleep "
                          "100; done' & echo \"child=$! self=$$ \"; while :; do sleep 100; done"));
    REQUIRE(deaf);
    channel = (*deaf)->take_channel();
    const std::string said = co_await read_until(*channel, "self=");
    const Watched tree({word_after(said, "child")});
    CHECK(tree.none_ended());
    channel->close();
    const ExitReport by_kill = co_await (*deaf)->stop(impatient);
    CHECK(by_kill.signal == SIGKILL);
    CHECK(tree.all_ended());
    deaf->reset();
    channel.reset();
    co_await settle(loop);
    const std::size_t of_the_watch = 1;
    CHECK(open_descriptors() == before + of_the_watch);
  });
}

TEST_CASE("pty: what a program leaves behind in its terminal ends with it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(
        loop, in_terminal("(trap '' HUP; exec sleep 1000) & echo \"left=$! \"; read x"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const std::string said = co_await read_until(*channel, " ");
    const Watched left({word_after(said, "left")});
    CHECK(left.none_ended());
    co_await write_text(*channel, "\n");
    co_await (*started)->exited();
    CHECK(left.all_ended());
  });
}
