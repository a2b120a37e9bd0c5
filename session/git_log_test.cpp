#include "session/git_log.h"

#include "session/limits.h"
#include "tests/doubles/git_place.h"

using namespace tine;
using namespace tine::session;
using namespace tine::test;

namespace {

struct Repository {
  std::string commit(const std::string& words) {
    REQUIRE(place.shell(words + "\ngit rev-parse HEAD | tail -n 1 > ../head"));
    std::string name = read(place.path("head"));
    name.resize(name.find_last_not_of('\n') + 1);
    return name;
  }
  Result<GitCommits> between(const std::string& before, const std::string& after) {
    transport::Loop loop;
    Result<GitCommits> found;
    transport::test::run(loop, [&]() -> transport::Task<void> {
      found = co_await git_commits(loop, place.env, place.work, before, after);
    });
    return found;
  }
  static std::string told(const Result<GitCommits>& found) {
    if (!found) return found.error().message;
    std::string text;
    for (const GitCommit& each : found->added) text += each.subject + ";";
    if (found->removed > 0) text += " -" + std::to_string(found->removed);
    if (found->more) text += " more";
    if (found->lost) text += " lost";
    return text;
  }

  GitPlace place;
};

constexpr const char* make = "git commit -q --allow-empty -m ";

}  // namespace

TEST_CASE("git log: what was committed, the newest first, from the first commit on") {
  Repository it;
  NEED_GIT(it.place);
  REQUIRE(it.place.shell("git init -q -b main"));
  const std::string one = it.commit(std::string(make) + "one");
  const std::string three = it.commit(std::string(make) + "two\n" + make + "three");
  const auto found = it.between(one, three);
  CHECK(Repository::told(found) == "three;two;");
  REQUIRE(found);
  CHECK(found->added.front().name == three);
  CHECK(found->added.front().time_ms > 0);
  CHECK(Repository::told(it.between({}, three)) == "three;two;one;");
  CHECK(Repository::told(it.between(three, three)).empty());
}

TEST_CASE("git log: what was taken away is counted") {
  Repository it;
  NEED_GIT(it.place);
  REQUIRE(it.place.shell("git init -q -b main"));
  const std::string one = it.commit(std::string(make) + "one");
  const std::string two = it.commit(std::string(make) + "two");
  const std::string amended = it.commit("git commit -q --allow-empty --amend -m other");
  CHECK(Repository::told(it.between(two, amended)) == "other; -1");
  CHECK(Repository::told(it.between(two, one)) == " -1");
}

TEST_CASE("git log: commits that git does not know are lost, and what is no name is refused") {
  Repository it;
  NEED_GIT(it.place);
  REQUIRE(it.place.shell("git init -q -b main"));
  const std::string one = it.commit(std::string(make) + "one");
  CHECK(Repository::told(it.between(std::string(40, 'a'), one)) == " lost");
  CHECK(Repository::told(it.between(one, std::string(40, 'a'))) == " lost");
  CHECK(Repository::told(it.between("--output=x", one)) == "that is no name of a commit");
  CHECK(Repository::told(it.between(one, "HEAD")) == "that is no name of a commit");
  std::filesystem::remove_all(it.place.work + "/.git");
  CHECK(Repository::told(it.between(one, one)).find("is in no git repository") !=
        std::string::npos);
}

TEST_CASE("git log: a listing ends at its limit") {
  Repository it;
  NEED_GIT(it.place);
  REQUIRE(it.place.shell("git init -q -b main"));
  const std::string first = it.commit(std::string(make) + "one");
  const auto add = [&it](std::size_t count) {
    std::string script = "from=$(git rev-parse HEAD)\n(i=0; while [ $i -lt " +
                         std::to_string(count) +
                         " ]; do i=$((i + 1)); printf 'commit refs/heads/main\\ncommitter a <a@b> "
                         "1700000000 +0000\\ndata 1\\nx\\n'; [ $i -gt 1 ] || printf 'from %s\\n' "
                         "\"$from\"; printf '\\n'; done) | git fast-import --quiet";
    return it.commit(script);
  };
  const std::string full = add(session::limits::git_log_commits);
  const auto found = it.between(first, full);
  REQUIRE(found);
  CHECK(found->added.size() == session::limits::git_log_commits);
  CHECK_FALSE(found->more);
  const std::string beyond = add(1);
  const auto more = it.between(first, beyond);
  REQUIRE(more);
  CHECK(more->added.size() == session::limits::git_log_commits);
  CHECK(more->more);
}

TEST_CASE("git log: a repository that would start programs starts none") {
  Repository it;
  NEED_GIT(it.place);
  REQUIRE(it.place.shell("git init -q -b main"));
  const std::string one = it.commit(std::string(make) + "one");
  const std::string two = it.commit(std::string(make) + "\"$(printf 'a\\033[2Jb')\"");
  const std::string trap = it.place.path("trap");
  write_program(trap, "touch '" + it.place.path("sprung") + "'\n");
  for (const char* key :
       {"core.pager", "pager.rev-list", "core.fsmonitor", "gpg.program", "core.sshCommand",
        "core.alternateRefsCommand", "diff.external", "log.showSignature", "core.editor"})
    REQUIRE(it.place.shell("git config " + std::string(key) + " '" + trap + "'"));
  REQUIRE(it.place.shell("git config log.showSignature true; git config alias.rev-list '!" + trap +
                         "'; git config extensions.partialClone origin; git config "
                         "remote.origin.url 'ext::" +
                         trap +
                         "'; git config protocol.ext.allow always; git config "
                         "remote.origin.promisor true"));
  CHECK(Repository::told(it.between(one, two)) == "a\x1b[2Jb;");
  CHECK(Repository::told(it.between(std::string(40, 'b'), two)) == " lost");
  CHECK_FALSE(std::filesystem::exists(it.place.path("sprung")));
}
