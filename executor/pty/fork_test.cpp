#include "executor/pty/fork.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "executor/codex/program.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_world.h"
#include "tests/doubles/temporary_folder.h"
#include "tests/doubles/watched.h"
#include "tests/guarded/program.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::transport;
using namespace tine::transport::test;

namespace {

constexpr const char* fork_line = R"({"type":"begin","of":{"parent":"p-1"},"id":"c-1"})";

/// A program in the words of a shell, which forks p-1 as c-1.
class Stage {
 public:
  Stage() { std::filesystem::create_directories(folder.path("sessions")); }

  pty::Recipe recipe(const std::string& script) const {
    pty::Recipe recipe;
    recipe.name = "the fork";
    recipe.command = {"/bin/sh", "-c", script};
    recipe.environment = {"PATH=/usr/bin:/bin", "TERM=dumb", "SESSIONS=" + folder.path("sessions"),
                          std::string("FORK=") + fork_line};
    recipe.guardian = tine::test::guarded_program();
    recipe.parent = "p-1";
    recipe.trace.folder = folder.path("sessions");
    recipe.trace.line = {{.path = "type", .text = "begin"}, {.path = "of.parent", .text = "p-1"}};
    recipe.trace.id = "id";
    recipe.leave = "\x03";
    recipe.patience.fork = hung;
    return recipe;
  }

  Result<std::string> fork(pty::Recipe recipe) {
    Result<std::string> made;
    run(loop, [&]() -> Task<void> {
      made =
          co_await pty::fork(loop, worker, world.log, redactor, codex::program, recipe, unwanted);
    });
    return made;
  }

  std::string said(const std::string& name) const {
    std::ifstream file(folder.path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  tine::test::TemporaryFolder folder;
  tine::test::StillWorld world;
  Redactor redactor{Redactor::Key{}};
  Loop loop;
  Worker worker{loop};
  CancelSource unwanted;
};

constexpr const char* writes_fork = "exec 5>$SESSIONS/c; echo \"$FORK\" >&5; ";

}  // namespace

TEST_CASE("pty fork: it is named by the file that the program has open, and the program leaves") {
  Stage stage;
  const auto made = stage.fork(stage.recipe(std::string("trap 'echo left >$SESSIONS/../left; exit' "
                                                        "INT; ") +
                                            writes_fork + "while :; do sleep 0.01; done"));
  REQUIRE(made);
  CHECK(*made == "c-1");
  CHECK(stage.said("left") == "left\n");
}

TEST_CASE("pty fork: it is named by the file of the given name, written in pieces") {
  Stage stage;
  std::filesystem::create_directories(stage.folder.path("sessions/project"));
  pty::Recipe recipe = stage.recipe(
      "trap 'exit' INT; cd $SESSIONS/project; printf '%s' '{\"type\":\"beg' >c.jsonl; sleep 0.2;"
      "printf '%s\\n' 'in\",\"of\":{\"parent\":\"p-1\"},\"id\":\"c-1\"}' >>c.jsonl; read x");
  recipe.trace.name = "c.jsonl";
  const auto made = stage.fork(std::move(recipe));
  REQUIRE(made);
  CHECK(*made == "c-1");
}

TEST_CASE("pty fork: the program gets a terminal that answers, and nothing of another one") {
  Stage stage;
  // It forks once it has been told where the cursor is.
  const auto made = stage.fork(stage.recipe(
      std::string("stty raw -echo; printf '\\033[3;7H\\033[6n'; "
                  "answer=$(dd bs=1 count=6 2>/dev/null | tr -d '\\033'); "
                  "printf '%s %s' \"$answer\" \"$TERM\" >$SESSIONS/../said; stty sane; ") +
      writes_fork + "read x"));
  REQUIRE(made);
  CHECK(stage.said("said") == "[3;7R xterm-256color");
}

TEST_CASE("pty fork: a program that ends without one says why") {
  Stage stage;
  const auto made = stage.fork(stage.recipe("echo 'ERROR: No saved session found'; echo; exit 3"));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::backend_failed);
  CHECK(made.error().message.find("the fork has ended without a fork: exit code 3") == 0);
  CHECK(made.error().message.find("ERROR: No saved session found") != std::string::npos);
}

TEST_CASE("pty fork: one that asks is not answered, and ended with all that it has started") {
  Stage stage;
  pty::Recipe recipe = stage.recipe(
      "trap '' HUP TERM; setsid sh -c 'trap \"\" HUP TERM; exec sleep 1000' & "
      "echo $! >$SESSIONS/../child; echo 'Trust this folder? token=sk-ant-REDACTME'; "
      "read answer && echo \"$answer\" >$SESSIONS/../answer; exec sleep 1000");
  recipe.patience.fork = Milliseconds(500);
  const auto made = stage.fork(std::move(recipe));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::timeout);
  CHECK(made.error().message.find("Trust this folder?") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(stage.folder.path("answer")));
  const std::string child = stage.said("child");
  REQUIRE_FALSE(child.empty());
  CHECK_FALSE(std::filesystem::exists("/proc/" + child.substr(0, child.find('\n'))));
}

TEST_CASE("pty fork: a question that its user has allowed is answered, and no other") {
  Stage stage;
  pty::Recipe recipe = stage.recipe(
      std::string("stty -echo; trap exit INT; printf 'What is new. Press Enter to go on\n'; read "
                  "first; ") +
      writes_fork + "read second; echo \"$second\" >$SESSIONS/../second");
  recipe.answers = {{.shown = "Press Enter to go on", .keys = "\r"},
                    {.shown = "Another question", .keys = "no\r"}};
  const auto made = stage.fork(std::move(recipe));
  REQUIRE(made);
  CHECK(*made == "c-1");
  CHECK(stage.said("second").empty());
}

TEST_CASE("pty fork: nothing is typed while the terminal may show a question of trust") {
  Stage stage;
  pty::Recipe recipe = stage.recipe(
      "echo 'Do you trust this folder?'; echo 'Press Enter to go on'; read x && echo \"$x\" "
      ">$SESSIONS/../answer; exec sleep 1000");
  recipe.answers = {{.shown = "Press Enter to go on", .keys = "\r"}};
  recipe.patience.fork = Milliseconds(500);
  const auto made = stage.fork(std::move(recipe));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::timeout);
  CHECK_FALSE(std::filesystem::exists(stage.folder.path("answer")));
}

TEST_CASE("pty fork: it leaves by words of its user's, but not within a question") {
  const bool asks = GENERATE(false, true);
  CAPTURE(asks);
  Stage stage;
  pty::Recipe recipe = stage.recipe(std::string(asks ? "echo 'Allow it to leave?'; " : "") +
                                    writes_fork + "read word && echo \"$word\" >$SESSIONS/../left");
  recipe.leave = "/quit\r";
  recipe.patience.leaving = Milliseconds(400);
  recipe.patience.again = Milliseconds(100);
  const auto made = stage.fork(std::move(recipe));
  REQUIRE(made);
  CHECK(stage.said("left") == (asks ? "" : "/quit\n"));
}

TEST_CASE("pty fork: one that does not leave is ended, and its fork is kept") {
  Stage stage;
  pty::Recipe recipe = stage.recipe(std::string("trap '' INT HUP TERM; ") + writes_fork +
                                    "while :; do sleep 0.01; done");
  recipe.patience.leaving = Milliseconds(100);
  recipe.patience.again = Milliseconds(50);
  const auto made = stage.fork(std::move(recipe));
  REQUIRE(made);
  CHECK(*made == "c-1");
}

TEST_CASE("pty fork: what is not the fork is not taken for it") {
  const std::string line =
      GENERATE(std::string(R"({"type":"begin","of":{"parent":"p-2"},"id":"c-1"})"),
               std::string(R"({"type":"begin","of":{"parent":"p-1"},"id":"p-1"})"),
               std::string(R"({"type":"begin","of":{"parent":"p-1"},"id":"../c"})"),
               std::string(R"({"type":"begin","of":{"parent":"p-1"}})"), std::string("begin"));
  Stage stage;
  pty::Recipe recipe = stage.recipe("exec 5>$SESSIONS/c; echo \"$LINE\" >&5; read x");
  recipe.environment.push_back("LINE=" + line);
  recipe.patience.fork = Milliseconds(300);
  CHECK_FALSE(stage.fork(std::move(recipe)));
}

TEST_CASE("pty fork: a file elsewhere, and one that is a link, are not looked into") {
  Stage stage;
  pty::Recipe recipe = stage.recipe(
      "exec 5>$SESSIONS/../elsewhere; echo \"$FORK\" >&5; mkdir $SESSIONS/project;"
      "ln -s $SESSIONS/../elsewhere $SESSIONS/project/c.jsonl; read x");
  recipe.patience.fork = Milliseconds(300);
  pty::Recipe named = recipe;
  CHECK_FALSE(stage.fork(std::move(recipe)));
  named.trace.name = "c.jsonl";
  named.command.back() += "; read y";
  CHECK_FALSE(stage.fork(std::move(named)));
}

TEST_CASE("pty fork: one that nobody wants any more is ended, wherever it stands") {
  const bool has_forked = GENERATE(false, true);
  CAPTURE(has_forked);
  Stage stage;
  pty::Recipe recipe =
      stage.recipe(std::string("trap '' INT HUP TERM; ") + (has_forked ? writes_fork : "") +
                   "echo $$ >$SESSIONS/../pid; while :; do sleep 0.01; done");
  recipe.patience.leaving = hung;
  stage.loop.spawn([](Stage& of) -> Task<void> {
    while (of.said("pid").empty()) co_await pause(of.loop, Milliseconds(5));
    of.unwanted.cancel();
  }(stage));
  const auto made = stage.fork(std::move(recipe));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::cancelled);
  const std::string pid = stage.said("pid");
  CHECK_FALSE(std::filesystem::exists("/proc/" + pid.substr(0, pid.find('\n'))));
}

TEST_CASE("pty fork: a program that is not there is told of as such") {
  Stage stage;
  pty::Recipe recipe = stage.recipe("");
  recipe.command = {"/nowhere/codex"};
  const auto made = stage.fork(std::move(recipe));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::backend_not_installed);
  CHECK(made.error().hint == codex::program.install_hint);
}
