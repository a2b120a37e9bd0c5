#include "transport/guarded.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"
#include "tests/doubles/temporary_folder.h"
#include "tests/doubles/watched.h"
#include "tests/guarded/program.h"
#include "transport/child.h"
#include "transport/event.h"
#include "transport/limits.h"

using namespace tine;
using namespace tine::transport;
using namespace tine::transport::test;
using tine::test::guarded_program;

namespace {

GuardedSpec spec_of(std::vector<std::string> command) {
  GuardedSpec spec;
  spec.command = std::move(command);
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.guardian = guarded_program();
  return spec;
}

GuardedSpec program(const std::string& name) { return spec_of({name}); }

GuardedSpec shell(const std::string& script) { return spec_of({"/bin/sh", "-c", script}); }

/// Leaves behind all that is hard to find, tells each one's pid, and goes on until its input ends.
constexpr const char* stubborn_tree = R"(
  trap '' TERM HUP INT
  setsid sh -c 'echo $$; while :; do sleep 100; done' &
  sh -c 'setsid sh -c "echo \$\$; exec sleep 100" & exit' &
  (sleep 100; :) & echo $!
  echo $$
  read line
  while :; do sleep 100; done
)";
constexpr std::size_t stubborn_pids = 4;

/// Reads so many lines.
Task<std::vector<std::string>> lines(Channel& channel, std::size_t count) {
  std::string text;
  std::vector<std::string> found;
  std::array<char, 1> byte{};
  while (found.size() < count) {
    const auto n = co_await channel.read_some(byte);
    if (!n || *n == 0) break;
    if (byte[0] != '\n') {
      text += byte[0];
      continue;
    }
    found.push_back(std::move(text));
    text.clear();
  }
  co_return found;
}

/// A named pipe for the pids of a tree whose stdout is somebody else's.
struct Names {
  Names() {
    pipe = folder.path("pids");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    reader = Fd(::open(pipe.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  }
  std::string script() const { return "exec >" + pipe + "\n" + stubborn_tree; }

  tine::test::TemporaryFolder folder;
  std::string pipe;
  Fd reader;
};

constexpr KillLadder patient{.after_input = hung, .after_term = hung};
constexpr KillLadder impatient{.after_input = Milliseconds(0), .after_term = Milliseconds(0)};

Task<void> say_line(Channel& channel) {
  const std::array<std::string_view, 1> line{"go\n"};
  co_await channel.write_all(line);
}

}  // namespace

TEST_CASE("a guarded program has its stdio to itself and tells how it ended") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started =
        co_await Guarded::start(loop, shell("read x; echo got $x; echo oops >&2; exit 7"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    co_await say_line(*channel);
    const auto said = co_await lines(*channel, 1);
    REQUIRE(said == std::vector<std::string>{"got go"});
    const ExitReport report = co_await (*started)->exited();
    CHECK(report.code == 7);
    CHECK_FALSE(report.signal);
    CHECK(report.tail == "oops\n");
  });
}

TEST_CASE("a program that a signal ends is told from one that exits") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(loop, shell("kill -9 $$"));
    REQUIRE(started);
    const ExitReport report = co_await (*started)->exited();
    CHECK(report.signal == SIGKILL);
    CHECK_FALSE(report.code);
  });
}

TEST_CASE("a program that cannot be started is an error by its errno") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    const auto missing = co_await Guarded::start(loop, program("/nowhere/codex"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::backend_not_installed);
    const auto directory = co_await Guarded::start(loop, program("/tmp"));
    REQUIRE_FALSE(directory);
    CHECK(directory.error().kind == ErrorKind::backend_failed);
    CHECK(directory.error().message == "cannot start /tmp: Permission denied");
    GuardedSpec nowhere = shell("true");
    nowhere.cwd = "/nowhere";
    const auto lost = co_await Guarded::start(loop, std::move(nowhere));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().message == "cannot start /bin/sh: its directory is not there");
  });
}

TEST_CASE("a guarded program starts whatever descriptors are free") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    // Numbers below those of the loop's own descriptors.
    std::vector<Fd> gaps;
    for (int i = 0; i < 8; ++i) gaps.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    for (std::size_t i = 0; i < gaps.size(); i += 2) gaps[i].reset();
    for (int i = 0; i < 3; ++i) {
      auto started = co_await Guarded::start(loop, shell("ls /proc/self/fd | wc -l"));
      REQUIRE(started);
      const auto channel = (*started)->take_channel();
      const auto said = co_await lines(*channel, 1);
      // 0, 1, 2 and the directory that is listed.
      CHECK(said == std::vector<std::string>{"4"});
      co_await (*started)->exited();
    }
  });
}

TEST_CASE("the end of stderr is kept, however much there is of it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(
        loop, shell("yes 0123456789 | head -n 99999 >&2; echo the end >&2"));
    REQUIRE(started);
    const ExitReport report = co_await (*started)->exited();
    const std::string line = "0123456789\n";
    CHECK(report.tail.size() <= transport::limits::stderr_tail);
    CHECK(report.tail.size() > transport::limits::stderr_tail - line.size());
    CHECK(report.tail.starts_with(line));
    CHECK(report.tail.ends_with(line + "the end\n"));
  });
}

TEST_CASE("each step of the kill ladder ends what heeds it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto polite = co_await Guarded::start(loop, shell("echo on; read x; exit 3"));
    REQUIRE(polite);
    auto channel = (*polite)->take_channel();
    co_await lines(*channel, 1);
    channel->close();
    const ExitReport by_input = co_await (*polite)->stop(patient);
    CHECK(by_input.code == 3);

    auto deaf = co_await Guarded::start(
        loop, shell("trap 'exit 4' TERM; echo on; while :; do sleep 0.1; done"));
    REQUIRE(deaf);
    channel = (*deaf)->take_channel();
    co_await lines(*channel, 1);
    KillLadder no_input = patient;
    no_input.after_input = Milliseconds(0);
    const ExitReport by_term = co_await (*deaf)->stop(no_input);
    CHECK(by_term.code == 4);

    auto stubborn = co_await Guarded::start(loop, shell(stubborn_tree));
    REQUIRE(stubborn);
    channel = (*stubborn)->take_channel();
    const Watched tree(co_await lines(*channel, stubborn_pids));
    CHECK(tree.none_ended());
    const ExitReport by_kill = co_await (*stubborn)->stop(impatient);
    CHECK(by_kill.signal == SIGKILL);
    CHECK(tree.all_ended());
  });
}

TEST_CASE("a guardian that was stopped ends its tree all the same") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(loop, shell(stubborn_tree));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const Watched tree(co_await lines(*channel, stubborn_pids));
    ::kill((*started)->guardian_pid(), SIGSTOP);
    const ExitReport report = co_await (*started)->stop(impatient);
    CHECK(report.signal == SIGKILL);
    CHECK(tree.all_ended());

    auto dropped = co_await Guarded::start(loop, shell(stubborn_tree));
    REQUIRE(dropped);
    const auto other = (*dropped)->take_channel();
    const Watched other_tree(co_await lines(*other, stubborn_pids));
    ::kill((*dropped)->guardian_pid(), SIGSTOP);
    dropped->reset();
    CHECK(other_tree.all_end_within(hung));
  });
}

TEST_CASE("a guardian that does not do its work has it done for it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    Names names;
    const std::string guardian = names.folder.path("guardian");
    // Reports that the program runs, and listens to nobody.
    std::ofstream(guardian) << "#!/bin/sh\nprintf '\\0\\0\\0\\0\\0\\0\\0\\0' >&3\n"
                               "setsid sleep 100 & echo $!\necho $$\nwait\n";
    std::filesystem::permissions(guardian, std::filesystem::perms::owner_all);
    GuardedSpec spec = shell("true");
    spec.guardian = guardian;
    auto started = co_await Guarded::start(loop, std::move(spec));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const Watched tree(co_await lines(*channel, 2));
    CHECK(tree.none_ended());
    co_await (*started)->stop(impatient);
    CHECK(tree.all_ended());
  });
}

TEST_CASE("what a program leaves in the background ends with it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(
        loop, shell("setsid sleep 100 >/dev/null 2>&1 & echo $!; read x; exit 0"));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const Watched left(co_await lines(*channel, 1));
    CHECK(left.none_ended());
    channel->close();
    const ExitReport report = co_await (*started)->exited();
    CHECK(report.code == 0);
    CHECK(left.all_ended());
  });
}

TEST_CASE("dropping a guarded program ends its tree") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto started = co_await Guarded::start(loop, shell(stubborn_tree));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const Watched tree(co_await lines(*channel, stubborn_pids));
    started->reset();
    CHECK(tree.all_end_within(hung));
  });
}

TEST_CASE("a guardian that is killed takes its tree with it, and nobody else's") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto other = co_await Guarded::start(loop, shell("echo $$; read x"));
    REQUIRE(other);
    const auto others = (*other)->take_channel();
    const Watched bystander(co_await lines(*others, 1));
    auto started = co_await Guarded::start(loop, shell(stubborn_tree));
    REQUIRE(started);
    const auto channel = (*started)->take_channel();
    const Watched tree(co_await lines(*channel, stubborn_pids));
    ::kill((*started)->guardian_pid(), SIGKILL);
    const ExitReport report = co_await (*started)->exited();
    CHECK_FALSE(report.code);
    CHECK_FALSE(report.signal);
    CHECK(tree.all_ended());
    CHECK(bystander.none_ended());
    others->close();
    const ExitReport unharmed = co_await (*other)->exited();
    CHECK(unharmed.code == 1);
  });
}

namespace {

/// Runs `script` guarded by a process of its own, for which `prepare` may do something first.
template <class Prepare>
Task<std::unique_ptr<Child>> other_process(Loop& loop, std::string program, std::string script,
                                           Prepare prepare) {
  ChildSpec spec;
  spec.command = {std::move(program), "/bin/sh", "-c", std::move(script)};
  auto child = Child::start(loop, spec);
  REQUIRE(child);
  const auto channel = (*child)->take_channel();
  co_await lines(*channel, 1);
  prepare();
  co_await say_line(*channel);
  const auto said = co_await lines(*channel, 1);
  CHECK(said == std::vector<std::string>{"started"});
  co_return std::move(*child);
}

}  // namespace

TEST_CASE("a process that is killed takes the tree that it had guarded with it") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    Names names;
    const auto nothing = [] {};
    auto child = co_await other_process(loop, guarded_program(), names.script(), nothing);
    const auto pids = make_fd_channel(loop, std::move(names.reader), Fd());
    const Watched tree(co_await lines(*pids, stubborn_pids));
    ::kill(child->pid(), SIGKILL);
    CHECK(tree.all_end_within(hung));
  });
}

TEST_CASE("a guardian starts also when the program's file was replaced meanwhile") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    Names names;
    const std::filesystem::path copy = names.folder.path("guarded");
    std::filesystem::copy_file(guarded_program(), copy);
    const auto replace = [&copy] {
      std::filesystem::remove(copy);
      std::filesystem::copy_file("/bin/false", copy);
    };
    auto child = co_await other_process(loop, copy.string(), names.script(), replace);
    const auto pids = make_fd_channel(loop, std::move(names.reader), Fd());
    const Watched tree(co_await lines(*pids, stubborn_pids));
    CHECK(tree.none_ended());
    ::kill(child->pid(), SIGKILL);
    CHECK(tree.all_end_within(hung));
  });
}
