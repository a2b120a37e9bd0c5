#include "session/git_head.h"

#include <filesystem>
#include <fstream>

#include "session/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;

namespace {

const std::string one(40, 'a');
const std::string two(40, 'b');

struct Place {
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(folder.path()) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string head(const std::string& below = "") {
    return git_commit(folder.path() + (below.empty() ? "" : "/" + below));
  }
  test::TemporaryFolder folder;
};

}  // namespace

TEST_CASE("git head: on a branch, detached, and in a folder below") {
  Place place;
  CHECK(place.head().empty());
  place.write(".git/HEAD", "ref: refs/heads/main\n");
  CHECK(place.head().empty());  // without a commit
  place.write(".git/refs/heads/main", one + "\n");
  CHECK(place.head() == one);
  place.write("src/deep/file", "");
  CHECK(place.head("src/deep") == one);
  place.write(".git/HEAD", two + "\n");
  CHECK(place.head() == two);
}

TEST_CASE("git head: a reference that was packed, unless it has a file of its own") {
  Place place;
  place.write(".git/HEAD", "ref: refs/heads/main\n");
  place.write(".git/packed-refs", "# pack-refs with: peeled\n" + two + " refs/heads/main2\n" + one +
                                      " refs/heads/main\n^" + two + "\n");
  CHECK(place.head() == one);
  place.write(".git/refs/heads/main", two + "\n");
  CHECK(place.head() == two);
}

TEST_CASE("git head: a further work tree shares the references") {
  Place place;
  place.write("main/.git/refs/heads/side", one);
  place.write("main/.git/worktrees/side/HEAD", "ref: refs/heads/side\n");
  place.write("main/.git/worktrees/side/commondir", "../..\n");
  place.write("side/.git", "gitdir: ../main/.git/worktrees/side\n");
  CHECK(place.head("side") == one);
}

TEST_CASE("git head: what is not a repository's is nothing") {
  for (const std::string& head :
       {std::string(), std::string("ref: "), std::string("ref: ../secret\n"),
        std::string("ref: refs/../../secret\n"), std::string("abc\n"), std::string(39, 'a'),
        std::string(40, 'g'), std::string(tine::session::limits::git_refs + 1, 'a')}) {
    Place place;
    place.write("secret", one);
    place.write(".git/HEAD", head);
    CHECK(place.head().empty());
  }
  Place file;
  file.write(".git", "no folder\n");
  CHECK(file.head().empty());
  CHECK(git_commit("/nowhere/at/all").empty());
}

TEST_CASE("git head: the branch, also before its first commit, and none where it cannot be shown") {
  Place place;
  CHECK_FALSE(git_head(place.folder.path()));
  const auto branch_of = [&place](const std::string& head) {
    place.write(".git/HEAD", head);
    const auto found = git_head(place.folder.path());
    return found ? found->branch : std::string("no repository");
  };
  CHECK(branch_of("ref: refs/heads/main\n") == "main");
  CHECK(branch_of("ref: refs/heads/topic/a b\n") == "topic/a b");
  CHECK(branch_of(one + "\n").empty());
  CHECK(branch_of("ref: refs/heads/.invalid\n").empty());
  CHECK(branch_of("ref: refs/heads/\x1b[2J\n").empty());
  CHECK(branch_of("ref: refs/heads/\xff\n").empty());
  CHECK(branch_of("ref: refs/tags/v1\n").empty());
  using tine::session::limits::git_branch;
  CHECK(branch_of("ref: refs/heads/" + std::string(git_branch - 1, 'x')).size() == git_branch - 1);
  CHECK(branch_of("ref: refs/heads/" + std::string(git_branch, 'x')).size() == git_branch);
  CHECK(branch_of("ref: refs/heads/" + std::string(git_branch + 1, 'x')).empty());
}

TEST_CASE("git project: a folder below, and a further work tree, belong to the main work tree") {
  Place place;
  place.write("main/.git/HEAD", "ref: refs/heads/main\n");
  place.write("main/src/deep/file", "");
  place.write("main/.git/worktrees/side/commondir", "../..\n");
  place.write("main/.git/worktrees/side/gitdir", place.folder.path("side/.git") + "\n");
  place.write("side/.git", "gitdir: ../main/.git/worktrees/side\n");
  place.write("side/src/file", "");
  const std::string project = place.folder.path("main");
  CHECK(git_project(project) == project);
  CHECK(git_project(project + "/src/deep") == project);
  CHECK(git_project(place.folder.path("side/src")) == project);
}

TEST_CASE("git project: no folder makes itself part of another one") {
  Place place;
  place.write("main/.git/worktrees/side/commondir", "../..\n");
  place.write("main/.git/worktrees/side/gitdir", place.folder.path("side/.git") + "\n");
  for (const char* of : {"../main/.git/worktrees/side", "../main/.git", "own", "../nothing"}) {
    INFO(of);
    place.write("hostile/.git", std::string("gitdir: ") + of + "\n");
    place.write("hostile/own/commondir", "../../main/.git\n");
    place.write("hostile/own/gitdir", place.folder.path("hostile/.git") + "\n");
    CHECK(git_project(place.folder.path("hostile")) == place.folder.path("hostile"));
  }
}
