#include "session/git.h"

#include <sys/types.h>

#include <csignal>
#include <set>

#include "session/limits.h"
#include "tests/doubles/git_place.h"

using namespace tine;
using namespace tine::session;
using namespace tine::test;

namespace {

std::size_t bytes(const std::string& path) { return std::filesystem::file_size(path); }

/// A git of our own making, which does not look at any repository.
struct FakeGit {
  explicit FakeGit(const std::string& script) {
    std::filesystem::create_directories(place.path("bin"));
    std::filesystem::create_directories(place.work + "/.git");
    write_program(place.path("bin/git"), "out='" + place.path("") + "'\n" + script);
    place.env.variables["PATH"] = place.path("bin") + ":" + place.env.variables["PATH"];
  }

  GitPlace place;
};

constexpr const char* clean_status =
    "printf '# branch.oid abc\\0# branch.head main\\0'\n";  // what printf takes
const auto listing_then = [](const std::string& listing, const std::string& status) {
  return "case \" $* \" in *' config '*) " + listing + ";; *) " + status + ";; esac\n";
};

}  // namespace

TEST_CASE("a clean repository is told by its branch and commit") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  const auto found = place.snapshot();
  REQUIRE(found);
  CHECK(found->branch == "main");
  CHECK_FALSE(found->dirty);
  REQUIRE(place.shell("git rev-parse HEAD"));
  CHECK(found->commit == place.said());
}

TEST_CASE("whatever differs from the commit makes a repository dirty") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  const std::string change =
      GENERATE("echo two > file", "rm file", "chmod +x file", "echo 2 > new", "git mv file other",
               "git rm -q --cached file", "git config status.showUntrackedFiles no; echo 2 > new");
  INFO(change);
  REQUIRE(place.shell(change));
  const auto found = place.snapshot();
  REQUIRE(found);
  CHECK(found->dirty);
  CHECK(found->branch == "main");
}

TEST_CASE("what is ignored, or was only touched, does not make a repository dirty") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(place.shell("echo junk > .git/info/exclude; echo 1 > junk; touch -d 2001-01-01 file"));
  const auto found = place.snapshot();
  REQUIRE(found);
  CHECK_FALSE(found->dirty);
}

TEST_CASE("a detached HEAD has a commit and no branch, a fresh repository the reverse") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.shell("git init -q -b main"));
  const auto fresh = place.snapshot();
  REQUIRE(fresh);
  CHECK(fresh->branch == "main");
  CHECK(fresh->commit.empty());
  CHECK_FALSE(fresh->dirty);

  REQUIRE(place.commit_one());
  REQUIRE(place.shell("git checkout -q --detach"));
  const auto detached = place.snapshot();
  REQUIRE(detached);
  CHECK(detached->branch.empty());
  CHECK(detached->commit.size() == 40);
}

TEST_CASE("a repository is found from below, through a link, and by a file .git") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(
      place.shell("mkdir -p deep/er && ln -s work/deep ../link"
                  " && git worktree add -q -b side ../side"));
  for (const char* below : {"work/deep/er", "link", "work/deep/"}) {
    const auto found = place.snapshot(place.path(below));
    REQUIRE(found);
    CHECK(found->branch == "main");
  }
  const auto side = place.snapshot(place.path("side"));
  REQUIRE(side);
  CHECK(side->branch == "side");
}

TEST_CASE("a branch keeps its name in UTF-8, and loses one that is none") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(place.shell("git checkout -q -b 'zw\303\266lf/#1'"));
  CHECK(place.snapshot()->branch == "zw\303\266lf/#1");
  REQUIRE(place.shell("git checkout -q -b 'zw\366lf'"));
  CHECK(place.snapshot()->branch.empty());
}

TEST_CASE("outside of a repository no process is started") {
  FakeGit git("touch \"$out/started\"\n");
  std::filesystem::remove(git.place.work + "/.git");
  CHECK_FALSE(git.place.snapshot());
  CHECK_FALSE(git.place.snapshot(git.place.path("missing")));
  CHECK_FALSE(git.place.snapshot(""));
  CHECK_FALSE(git.place.snapshot("/"));
  CHECK_FALSE(std::filesystem::exists(git.place.path("started")));
}

TEST_CASE("without git there is no snapshot, and one in a relative folder of PATH is none") {
  GitPlace place;
  std::filesystem::create_directories(place.work + "/.git");
  write_program(place.work + "/git", "touch '" + place.path("started") + "'\n");
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(place.work);
  for (const char* path : {".", "", ":", "/nowhere:.::../work"}) {
    place.env.variables["PATH"] = path;
    CHECK_FALSE(place.snapshot());
  }
  place.env.variables.erase("PATH");
  CHECK_FALSE(place.snapshot());
  std::filesystem::current_path(here);
  CHECK_FALSE(std::filesystem::exists(place.path("started")));
}

TEST_CASE("git that does not answer in time is killed") {
  FakeGit git(GENERATE("echo $$ > \"$out/pid\"; exec sleep 1000\n",
                       "echo $$ > \"$out/pid\"; exec > /dev/null; exec sleep 1000\n"));
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(git.place.snapshot());
  CHECK(std::chrono::steady_clock::now() - began >= session::limits::git_deadline);
  const pid_t pid = std::stoi(read(git.place.path("pid")));
  CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("git gets the environment that it needs, and nothing of ours") {
  FakeGit git("env > \"$out/env\"\n");
  git.place.env.variables["LANG"] = "C.UTF-8";
  ::setenv("GIT_DIR", "/nowhere", 1);
  CHECK_FALSE(git.place.snapshot());
  ::unsetenv("GIT_DIR");

  std::istringstream lines(read(git.place.path("env")));
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(0, line.find('=')));
  for (const char* of_the_shell : {"PWD", "OLDPWD", "SHLVL", "_"}) names.erase(of_the_shell);
  CHECK(names == std::set<std::string>{"HOME", "PATH", "LANG", "GIT_ALLOW_PROTOCOL",
                                       "GIT_NO_LAZY_FETCH", "GIT_TERMINAL_PROMPT"});
}

TEST_CASE("git that fails, is killed, or says something else gives no snapshot") {
  const std::string status = GENERATE("exit 128", "kill -9 $$", "echo hello", "exit 0",
                                      "printf '# branch.oid abc\\0# branch.head main\\0'; exit 1");
  FakeGit git(listing_then("exit 1", status));
  CHECK_FALSE(git.place.snapshot());
}

TEST_CASE("when the filters cannot be listed there is no snapshot") {
  FakeGit good(listing_then("exit 1", clean_status));
  CHECK(good.place.snapshot());
  const std::string listing = GENERATE("exit 2", "exit 128", "kill -9 $$");
  FakeGit git(listing_then(listing, clean_status));
  CHECK_FALSE(git.place.snapshot());
}

TEST_CASE("what git complains about does not hold it up") {
  FakeGit git(listing_then("head -c 300000 /dev/zero >&2; exit 1", clean_status));
  CHECK(git.place.snapshot());
}

TEST_CASE("a list of filters that is too long is not cut but refused") {
  FakeGit git(listing_then("cat \"$out/filters\"", clean_status));
  const std::string frame = std::string("filter.") + ".clean" + '\0';
  const int beyond = GENERATE(-1, 0, 1);
  const std::string name(session::limits::git_output - frame.size() + beyond, 'x');
  write(git.place.path("filters"), std::string("filter.") + name + ".clean" + '\0');
  REQUIRE(bytes(git.place.path("filters")) == session::limits::git_output + beyond);
  CHECK(git.place.snapshot().has_value() == (beyond <= 0));
}

TEST_CASE("a list of changes that is too long has said enough, and git is stopped") {
  FakeGit git(listing_then("exit 1", std::string(clean_status) + "cat /dev/zero"));
  const auto found = git.place.snapshot();
  REQUIRE(found);
  CHECK(found->branch == "main");
  CHECK(found->commit == "abc");
  CHECK(found->dirty);
}
