#include "executor/codex/folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "executor/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
using namespace tine::executor::codex;
using Tree = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A user's Codex and a repository, in a folder of their own.
class Disk {
 public:
  Disk() {
    fs::create_directories(home());
    fs::create_directories(repo() / ".git");
  }

  fs::path home() const { return base / "home/.codex"; }
  fs::path repo() const { return base / "repo"; }
  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((base / path).parent_path());
    std::ofstream(base / path) << text;
  }
  void trust(const fs::path& folder, const std::string& level = "trusted") const {
    std::ofstream(home() / "config.toml", std::ios::app)
        << "[projects.\"" << folder.native() << "\"]\ntrust_level = \"" << level << "\"\n";
  }
  FolderFacts facts(const fs::path& cwd) const {
    return look({.cwd = cwd.native(), .codex_home = home().native()});
  }
  Tree projects(const fs::path& cwd, const FolderTrust& trust) const {
    const std::string text =
        projects_config({.cwd = cwd.native(), .codex_home = home().native()}, trust);
    return text.empty() ? Tree() : Tree::parse(text);
  }
  static std::string level(const Tree& projects, const fs::path& folder) {
    if (!projects.contains(folder.native())) return "nothing";
    return projects[folder.native()]["trust_level"].get<std::string>();
  }

  tine::test::TemporaryFolder place;
  fs::path base = place.path();
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder without a configuration starts nothing") {
  const Disk disk;
  CHECK(disk.facts(disk.repo()) == FolderFacts{});
  CHECK(disk.facts(disk.base / "nowhere") == FolderFacts{});
}

TEST_CASE("what a folder's configuration starts is named with all that belongs to it") {
  const Disk disk;
  disk.write("repo/.codex/config.toml",
             "model = \"m\"\nnotify = [\"x\"]\n[mcp_servers.evil]\ncommand = \"/bin/sh\"\n"
             "args = [\"-c\", \"touch it\"]\n[shell_environment_policy]\nset = { PATH = \".\" }\n"
             "[[hooks.SessionStart]]\n");
  disk.write("repo/.codex/hooks.json", "{ \"hooks\":\n {} }");
  disk.write("repo/.codex/rules/a.rules", "allow everything");
  const FolderFacts facts = disk.facts(disk.repo());
  CHECK_FALSE(facts.unclear);
  CHECK_FALSE(facts.trusted_by_cli);
  const std::string config = ".codex/config.toml ";
  Lines starts = facts.starts;
  std::sort(starts.begin(), starts.end());
  CHECK(starts ==
        Lines{config + "runs hooks, once you have agreed to each in Codex: {\"SessionStart\":[{}]}",
              config + "sets notify: [\"x\"]",
              config + "sets shell_environment_policy: {\"set\":{\"PATH\":\".\"}}",
              config + "starts the MCP server evil: "
                       "{\"command\":\"/bin/sh\",\"args\":[\"-c\",\"touch it\"]}",
              ".codex/hooks.json runs hooks, once you have agreed to each in Codex: "
              "{\"hooks\":{}}",
              ".codex/rules/a.rules decides which commands run without a question: "
              "allow everything"});
  CHECK(disk.facts(disk.repo()).starts == facts.starts);
}

TEST_CASE("the folders up to the project's root count, and the user's own does not") {
  const Disk disk;
  disk.write("repo/.codex/config.toml", "a = 1");
  disk.write("repo/sub/.codex/config.toml", "b = 2");
  disk.write(".codex/config.toml", "c = 3");
  fs::create_directories(disk.repo() / "sub/deep");
  const std::string repo = disk.repo().native();
  CHECK(disk.facts(disk.repo() / "sub/deep").starts ==
        Lines{repo + "/sub/.codex/config.toml sets b: 2", repo + "/.codex/config.toml sets a: 1"});
  CHECK(disk.facts(disk.repo() / "sub/").starts ==
        Lines{".codex/config.toml sets b: 2", repo + "/.codex/config.toml sets a: 1"});
  // Where there is no repository the folder alone counts.
  fs::create_directories(disk.base / "plain");
  CHECK(disk.facts(disk.base / "plain").starts.empty());
  disk.write("home/.codex/config.toml", "notify = [\"mine\"]");
  CHECK(disk.facts(disk.base / "home").starts.empty());
}

TEST_CASE("a hostile configuration is unclear, and read in bounded time and memory") {
  const Disk disk;
  const fs::path file = disk.repo() / ".codex/config.toml";
  fs::create_directories(file.parent_path());
  const auto is_unclear = [&] {
    const FolderFacts facts = disk.facts(disk.repo());
    return facts.unclear && facts.starts.size() == 1;
  };
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK(is_unclear());
  fs::remove(file);
  disk.write("secret", "a = 1");
  fs::create_symlink("../../secret", file);
  CHECK(is_unclear());
  fs::remove(file);
  fs::create_symlink("config.toml", file);
  CHECK(is_unclear());
  fs::remove(file);
  disk.write("repo/.codex/config.toml", "a = = 1");
  CHECK(is_unclear());
  fs::resize_file(file, std::uintmax_t{200} * 1024 * 1024);
  CHECK(is_unclear());
  fs::remove_all(file.parent_path());
  fs::create_directory_symlink("../home/.codex", disk.repo() / ".codex");
  disk.write("home/.codex/config.toml", "");
  CHECK(disk.facts(disk.repo()).starts.empty());  // the user's own
  fs::remove(disk.repo() / ".codex");
  disk.write("elsewhere/config.toml", "a = 1");
  fs::create_directory_symlink("../elsewhere", disk.repo() / ".codex");
  CHECK(disk.facts(disk.repo()).unclear);
}

TEST_CASE("rules of more than the bound in all are unclear") {
  const Disk disk;
  const std::string half(tine::executor::limits::folder_file / 2, 'x');
  disk.write("repo/.codex/rules/a.rules", half);
  disk.write("repo/.codex/rules/b.rules", half);
  CHECK_FALSE(disk.facts(disk.repo()).unclear);
  disk.write("repo/.codex/rules/c.rules", "x");
  CHECK(disk.facts(disk.repo()).unclear);
}

TEST_CASE("whether Codex trusts a folder is found out by Codex's own rule") {
  const Disk disk;
  disk.write("repo/.codex/config.toml", "a = 1");
  disk.write("repo/sub/.codex/config.toml", "b = 2");
  fs::create_directories(disk.repo() / "sub/deep");
  const auto trusted = [&](const char* cwd) { return disk.facts(disk.base / cwd).trusted_by_cli; };
  SECTION("by the root of the project") {
    disk.trust(disk.repo());
    CHECK(trusted("repo"));
    CHECK(trusted("repo/sub"));
    CHECK(trusted("repo/sub/deep"));
    disk.trust(disk.repo() / "sub", "untrusted");
    CHECK(trusted("repo"));
    CHECK_FALSE(trusted("repo/sub/deep"));
  }
  SECTION("by the folder itself, when all others are") {
    disk.trust(disk.repo() / "sub");
    CHECK_FALSE(trusted("repo/sub"));
    CHECK_FALSE(trusted("repo"));
    disk.trust(disk.base);
    CHECK_FALSE(trusted("repo"));
  }
  SECTION("by another name") {
    fs::create_directory_symlink(disk.repo(), disk.base / "link");
    disk.trust(disk.repo());
    CHECK(trusted("link/sub"));
  }
  SECTION("by the name of a link") {
    fs::create_directory_symlink(disk.repo(), disk.base / "link");
    disk.trust(disk.base / "link");
    CHECK(trusted("link/sub"));
    CHECK_FALSE(trusted("repo/sub"));
    disk.trust(disk.repo(), "untrusted");
    CHECK_FALSE(trusted("link/sub"));
  }
  SECTION("by the repository of a worktree, if it knows of it") {
    disk.write("tree/.codex/config.toml", "a = 1");
    disk.write("tree/.git", "gitdir: " + (disk.repo() / ".git/worktrees/tree").native() + "\n");
    disk.trust(disk.repo());
    CHECK_FALSE(trusted("tree"));
    disk.write("repo/.git/worktrees/tree/gitdir", (disk.base / "other/.git").native() + "\n");
    CHECK_FALSE(trusted("tree"));
    disk.write("repo/.git/worktrees/tree/gitdir", (disk.base / "tree/.git").native() + "\n");
    CHECK(trusted("tree"));
    disk.trust(disk.base / "tree", "untrusted");
    CHECK_FALSE(trusted("tree"));
  }
}

TEST_CASE("Codex is told of trust where it would decide otherwise") {
  const Disk disk;
  disk.write("repo/.codex/config.toml", "a = 1");
  const fs::path sub = disk.repo() / "sub";
  fs::create_directories(sub);
  const FolderTrust no;
  CHECK(disk.projects(sub, no).is_null());
  FolderTrust yes{.given = true, .starts = disk.facts(sub).starts};
  for (const fs::path& each : {sub, disk.repo()})
    CHECK(Disk::level(disk.projects(sub, yes), each) == "trusted");
  CHECK(Disk::level(disk.projects(sub, yes), disk.base) == "nothing");
  // It starts something else by now.
  disk.write("repo/.codex/config.toml", "a = 2");
  CHECK(disk.projects(sub, yes).is_null());
  yes.starts.reset();
  CHECK(Disk::level(disk.projects(sub, yes), disk.repo()) == "trusted");
  fs::create_directory_symlink(disk.repo(), disk.base / "link");
  const Tree by_link = disk.projects(disk.base / "link/sub", yes);
  CHECK(Disk::level(by_link, disk.base / "link") == "trusted");
  CHECK(Disk::level(by_link, disk.repo()) == "trusted");
  const auto is_denied = [&] {
    for (const fs::path& each : {sub, disk.repo(), disk.base, fs::path("/")})
      if (Disk::level(disk.projects(sub, no), each) != "untrusted") return false;
    return true;
  };
  CHECK_FALSE(is_denied());
  disk.trust(disk.repo());
  CHECK(disk.projects(sub, yes).is_null());
  CHECK(is_denied());
  // What the user has told Codex cannot be known.
  disk.write("home/.codex/config.toml", "a = = 1");
  CHECK(is_denied());
  CHECK(Disk::level(disk.projects(sub, yes), disk.repo()) == "trusted");
}
