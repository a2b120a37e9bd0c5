// Repositories that would have git start something. Each test ends with plain git in the same
// repository, which does start it: so it is known that the trap was set.

#include <unistd.h>

#include "tests/doubles/git_place.h"

using namespace tine;
using namespace tine::session;
using namespace tine::test;

namespace {

/// Its `trap` is a program that leaves a mark and passes its input on, unless told to end.
struct Hostile : GitPlace {
  Hostile() { write_program(trap, "touch '" + mark + "'\n[ \"$1\" = end ] || exec cat\n"); }

  bool sprung() const { return std::filesystem::exists(mark); }
  /// In a script: TRAP stands for the path of the trap.
  bool set(std::string script) {
    for (std::size_t at = script.find("TRAP"); at != std::string::npos; at = script.find("TRAP"))
      script.replace(at, 4, trap);
    if (!shell(script)) return false;
    std::filesystem::remove(mark);
    return true;
  }
  /// What plain git does in this folder.
  bool springs(const std::string& folder) {
    static_cast<void>(shell("cd '" + folder + "' && git status"));
    return sprung();
  }

  const std::string trap = path("trap");
  const std::string mark = path("mark");
};

/// A file that git can only compare by running the filter.
constexpr const char* filtered = "echo '* filter=evil' > .gitattributes; echo two > file\n";

}  // namespace

TEST_CASE("the configuration of a repository starts nothing") {
  Hostile place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  const std::string script = GENERATE(
      "git config core.fsmonitor TRAP",
      // Run after the index was written, as a file that was only touched makes git do.
      "git config core.hooksPath $PWD; ln -s TRAP post-index-change; touch -d 2001-01-01 file",
      "mkdir -p .git/hooks; ln -s TRAP .git/hooks/post-index-change; touch -d 2001-01-01 file",
      "git config filter.evil.clean TRAP; FILTERED",
      "git config filter.evil.process TRAP; FILTERED",
      "git config filter.evil.clean TRAP; git config filter.evil.required true; FILTERED",
      "git config filter.EVIL.clean false; git config filter.evil.clean TRAP; FILTERED",
      "git config filter..clean TRAP; echo '* filter=' > .gitattributes; echo two > file",
      "git config filter.a.b.clean TRAP; echo '* filter=a.b' > .gitattributes; echo two > file",
      "git config filter.evil.clean TRAP; echo '* filter=evil' > .git/info/attributes;"
      " echo two > file",
      // From another file, always and on a condition.
      "git config -f evil core.fsmonitor TRAP; git config include.path ../evil",
      "git config -f evil filter.evil.clean TRAP; git config include.path ../evil; FILTERED",
      "git config -f evil filter.evil.clean TRAP;"
      " git config includeIf.onbranch:main.path ../evil; FILTERED",
      // Of the work tree alone.
      "git config extensions.worktreeConfig true; git config --worktree core.fsmonitor TRAP",
      "git config extensions.worktreeConfig true;"
      " git config --worktree filter.evil.clean TRAP; FILTERED",
      // Of the user, whose filters may read the configuration of the repository.
      "git config --global filter.evil.clean TRAP; FILTERED");
  INFO(script);
  std::string whole = script;
  if (const std::size_t at = whole.find("FILTERED"); at != std::string::npos)
    whole.replace(at, 8, filtered);
  REQUIRE(place.set(whole));

  const auto found = place.snapshot();
  CHECK_FALSE(place.sprung());
  REQUIRE(found);
  CHECK(found->branch == "main");
  CHECK(place.springs(place.work));
}

TEST_CASE("a filter that cannot be switched off is reason enough not to ask") {
  Hostile place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(
      place.set("printf '[filter \"a=b\"]\\nclean = TRAP\\n' >> .git/config;"
                " echo '* filter=a=b' > .gitattributes; echo two > file"));
  CHECK_FALSE(place.snapshot());
  CHECK_FALSE(place.sprung());
  CHECK(place.springs(place.work));
}

TEST_CASE("a submodule is not looked into") {
  Hostile place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(
      place.set("git init -q sub; cd sub; git commit -q --allow-empty -m sub; cd ..;"
                " git add sub; git commit -q -m sub; git -C sub config core.fsmonitor TRAP"));
  const auto found = place.snapshot();
  CHECK_FALSE(place.sprung());
  REQUIRE(found);
  CHECK_FALSE(found->dirty);
  CHECK(place.springs(place.work));
}

TEST_CASE("a folder of the work tree that looks like a repository is none") {
  Hostile place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(
      place.set("git init -q --bare sub; cd sub; git config core.bare false;"
                " git config core.worktree .; git config core.fsmonitor TRAP"));
  CHECK_FALSE(place.snapshot(place.work + "/sub"));
  CHECK_FALSE(place.sprung());
  CHECK(place.springs(place.work + "/sub"));
}

TEST_CASE("what a repository lacks is not fetched") {
  Hostile place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(
      place.set("git config extensions.partialClone evil; git config remote.evil.promisor true;"
                " git config core.repositoryFormatVersion 1;"
                " git config remote.evil.url 'ext::TRAP end'; git config protocol.ext.allow always;"
                " tree=$(git rev-parse 'HEAD^{tree}');"
                " rm -f .git/objects/$(echo $tree | cut -c1-2)/$(echo $tree | cut -c3-);"
                " rm .git/index"));
  CHECK_FALSE(place.snapshot());
  CHECK_FALSE(place.sprung());
  CHECK(place.springs(place.work));
}

TEST_CASE("nothing is written into a repository") {
  GitPlace place;
  NEED_GIT(place);
  REQUIRE(place.commit_one());
  REQUIRE(place.shell("touch -d 2001-01-01 file"));
  const std::string before = read(place.work + "/.git/index");
  CHECK(place.snapshot());
  CHECK(read(place.work + "/.git/index") == before);
  REQUIRE(place.shell("git status"));
  CHECK(read(place.work + "/.git/index") != before);
}

TEST_CASE("a repository of somebody else is not trusted, unless the user says so") {
  GitPlace place;
  NEED_GIT(place);
  if (::geteuid() != 0) {
    WARN("only root can give a folder away: nothing was tested");
    return;
  }
  REQUIRE(place.commit_one());
  REQUIRE(place.shell("chown -R 12345 ."));
  CHECK_FALSE(place.snapshot());
  REQUIRE(place.shell("git config --global safe.directory '" + place.work + "'"));
  CHECK(place.snapshot());
}
