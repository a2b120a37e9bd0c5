#include "executor/codex/codex.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "executor/test_world.h"
#include "tests/guarded/program.h"
#include "transport/test_peers.h"

using namespace tine;
using namespace tine::executor::codex;
using namespace tine::transport::test;
using executor::test::TestWorld;
using transport::Task;

namespace {

/// Codex in the words of a shell: it answers everything alike, and notes each of its starts.
struct Playing {
  Playing() {
    std::string name =
        (std::filesystem::temp_directory_path() / "tine-codex-starts-XXXXXX").native();
    const int file = ::mkstemp(name.data());
    REQUIRE(file >= 0);
    ::close(file);
    starts = name;
    setup.name = "codex";
    setup.command = {
        "/bin/sh", "-c",
        "echo start >> " + name +
            "\n"
            "while read -r line; do\n"
            "  case $line in *'\"id\":'*) ;; *) continue ;; esac\n"
            "  id=${line#*\\\"id\\\":}; id=${id%%,*}; id=${id%%\\}*}\n"
            "  echo '{\"id\":'$id',\"result\":{\"userAgent\":\"tine/0.170.0 (x)\","
            "\"thread\":{\"id\":\"T\"},\"model\":\"m\",\"account\":{\"type\":\"x\"}}}'\n"
            "done"};
    setup.environment = {"PATH=/usr/bin:/bin"};
    setup.guardian = tine::test::guarded_program();
  }
  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;
  ~Playing() { std::filesystem::remove(starts); }

  std::size_t started() const {
    std::ifstream file(starts);
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

  std::filesystem::path starts;
  transport::Loop loop;
  transport::Worker worker{loop};
  TestWorld world;
  Redactor redactor{Redactor::Key{}};
  CodexSetup setup;
};

}  // namespace

TEST_CASE("a conversation that goes without being closed gives its process back") {
  Playing playing;
  Codex codex(playing.loop, playing.worker, playing.world, playing.world.log, playing.redactor,
              playing.setup);
  run(playing.loop, [&]() -> Task<void> {
    executor::ConversationSpec spec;
    spec.workspace.cwd = "/";
    auto conversation = co_await codex.start(std::move(spec));
    REQUIRE(conversation);
    CHECK(playing.started() == 1);
    conversation->reset();
    // The last use of the process ends it.
    const auto first = co_await codex.doctor();
    CHECK(first.usable);
    CHECK(playing.started() == 1);
    const auto second = co_await codex.doctor();
    CHECK(second.usable);
    CHECK(playing.started() == 2);
  });
}
