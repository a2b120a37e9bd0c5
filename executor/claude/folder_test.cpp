// What a folder would start, and files that a hostile one may hold.

#include "executor/claude/folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "executor/claude/limits.h"
#include "executor/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
using claude::look_at;
using claude::places_of;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    fs::create_directories(path("home/.claude"));
    fs::create_directories(path("work/project/.claude"));
  }

  fs::path path(const std::string& name) const { return folder_.path(name); }
  fs::path project() const { return path("work/project"); }
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
  FolderFacts look() const {
    return look_at(places_of({"HOME=" + path("home").string()}, project().string(), {}));
  }
  bool is_trusted_with(const std::string& record) const {
    write("home/.claude.json", record);
    return look().trusted_by_cli;
  }

 private:
  tine::test::TemporaryFolder folder_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("claude folder: an empty one starts nothing") {
  const Folder folder;
  CHECK(folder.look() == FolderFacts());
}

TEST_CASE("claude folder: each program is named with its whole command") {
  const Folder folder;
  folder.write("work/project/.claude/settings.json",
               R"({"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"one"}]}],)"
               R"("PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"two",)"
               R"("timeout":5}]}]},"apiKeyHelper":"three","statusLine":{"type":"command",)"
               R"("command":"four"},"env":{"A":"b"},"model":"m",)"
               R"("permissions":{"deny":["Bash"]}})");
  folder.write("work/project/.claude/settings.local.json",
               R"j({"permissions":{"allow":["Bash(x)"]}})j");
  folder.write("work/project/.mcp.json",
               R"({"mcpServers":{"a":{"command":"sh","args":["-c","x y"]},"b":{"url":"u"}}})");
  folder.write("work/project/.claude/commands/b.md", "x");
  folder.write("work/project/.claude/commands/a.md", "x");
  const FolderFacts facts = folder.look();
  CHECK_FALSE(facts.unclear);
  CHECK(facts.starts ==
        Lines{"MCP server a in .mcp.json: sh -c x y", "MCP server b in .mcp.json: {\"url\":\"u\"}",
              "hook SessionStart in .claude/settings.json: one",
              "hook PreToolUse (Bash) in .claude/settings.json: "
              "{\"type\":\"command\",\"command\":\"two\",\"timeout\":5}",
              "apiKeyHelper in .claude/settings.json: three",
              "statusLine in .claude/settings.json: four",
              "env in .claude/settings.json: {\"A\":\"b\"}",
              "permissions in .claude/settings.local.json: {\"allow\":[\"Bash(x)\"]}",
              "commands in .claude/commands, which can run commands: a.md b.md"});
}

TEST_CASE("claude folder: a record and settings may have many members") {
  const Folder folder;
  std::string members;
  for (int i = 0; i < 100; ++i) members += R"("m)" + std::to_string(i) + R"(":1,)";
  const std::string project = folder.path("work/project").string();
  fs::create_directories(project);
  folder.write("home/.claude.json", "{" + members + R"("projects":{")" + project +
                                        R"(":{"hasTrustDialogAccepted":true}}})");
  folder.write("work/project/.claude/settings.json", "{" + members + R"("apiKeyHelper":"x"})");
  const FolderFacts facts = folder.look();
  CHECK(facts.trusted_by_cli);
  CHECK_FALSE(facts.unclear);
  CHECK(facts.starts.size() == 101);
}

TEST_CASE("claude folder: servers of every folder above, settings up to the repository's root") {
  const Folder folder;
  const std::string hook =
      R"({"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"x"}]}]}})";
  folder.write(".mcp.json", R"({"mcpServers":{"top":{"command":"t"}}})");
  folder.write("work/.claude/settings.local.json", hook);
  CHECK(folder.look().starts.size() == 2);
  fs::create_directories(folder.path("work/project/.git"));
  CHECK(folder.look().starts ==
        Lines{"MCP server top in " + folder.path(".mcp.json").string() + ": t"});
  fs::remove(folder.path("work/project/.git"));
  folder.write("work/project/.git",
               "gitdir: " + folder.path("main").string() + "/.git/worktrees/project\n");
  folder.write("main/.claude/settings.local.json", hook);
  CHECK(folder.look().starts.front() ==
        "hook SessionStart in " + folder.path("main/.claude/settings.local.json").string() + ": x");
}

TEST_CASE("claude folder: the user's own settings are not the folder's") {
  const Folder folder;
  folder.write("home/.claude/settings.json", R"({"apiKeyHelper":"mine"})");
  const std::string home = folder.path("home").string();
  CHECK(look_at(places_of({"HOME=" + home}, home, {})).starts.empty());
  const std::string elsewhere = folder.path("elsewhere").string();
  CHECK(look_at(places_of({"HOME=" + home, "CLAUDE_CONFIG_DIR=" + elsewhere}, home, {}))
            .starts.size() == 1);
}

TEST_CASE("claude folder: what cannot be looked into counts as starting something") {
  const Folder folder;
  const std::string file = folder.path("work/project/.mcp.json").string();
  const auto is_unclear = [&](const std::string& what) {
    const FolderFacts facts = folder.look();
    CHECK(facts.unclear);
    REQUIRE(facts.starts.size() == 1);
    CHECK(facts.starts.front() == ".mcp.json " + what);
    fs::remove(file);
  };
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  is_unclear("is no plain file");
  fs::create_symlink("/etc/hostname", file);
  is_unclear("leads out of the folder");
  fs::create_symlink("../../home/x", file);
  is_unclear("leads out of the folder");
  fs::create_symlink(".mcp.json", file);
  is_unclear("leads out of the folder");
  folder.write("work/project/.mcp.json", "{}");
  fs::resize_file(file, std::uintmax_t{1} << 38U);
  is_unclear("is larger than 1048576 bytes");
  folder.write("work/project/.mcp.json", std::string(500'000, '['));
  is_unclear("cannot be understood");
  folder.write("work/project/.mcp.json", "{} // no");
  is_unclear("cannot be understood");
  folder.write("work/project/inside.json", R"({"mcpServers":{"a":{"command":"b"}}})");
  fs::create_symlink("inside.json", file);
  const FolderFacts facts = folder.look();
  CHECK_FALSE(facts.unclear);
  CHECK(facts.starts == Lines{"MCP server a in .mcp.json: b"});
}

TEST_CASE("claude folder: a text that is a link out of it is none of its own") {
  const Folder folder;
  const std::string project = folder.project().string();
  CHECK(claude::has_own_texts(project));
  folder.write("work/project/CLAUDE.md", "text");
  folder.write("work/project/.claude/rules/a.md", "text");
  CHECK(claude::has_own_texts(project));
  folder.write("work/project/.claude/rules/more/c.md", "text");
  CHECK(claude::has_own_texts(project));
  for (const char* const name : {"b.md", "more/b.md"}) {
    const fs::path rule = folder.path("work/project/.claude/rules") / name;
    for (const char* const to : {"/etc/hostname", "/etc"}) {
      fs::create_symlink(to, rule);
      CHECK_FALSE(claude::has_own_texts(project));
      fs::remove(rule);
    }
  }
  fs::remove(folder.path("work/project/CLAUDE.md"));
  fs::create_symlink("../../home/key", folder.path("work/project/CLAUDE.md"));
  CHECK_FALSE(claude::has_own_texts(project));
}

TEST_CASE("claude folder: rules too many or too deep to be looked through are none of its own") {
  const auto is_own = [](std::size_t deep, std::size_t many) {
    const Folder folder;
    std::string at = "work/project/.claude/rules";
    for (std::size_t i = 0; i < deep; ++i) at += "/x";
    for (std::size_t i = 0; i < many; ++i) folder.write(at + "/" + std::to_string(i), "");
    return claude::has_own_texts(folder.project().string());
  };
  CHECK(is_own(claude::limits::rule_folders - 1, 1));
  CHECK_FALSE(is_own(claude::limits::rule_folders, 1));
  // Beside CLAUDE.md, .claude/CLAUDE.md and the folder.
  CHECK(is_own(0, tine::executor::limits::folder_names - 3));
  CHECK_FALSE(is_own(0, tine::executor::limits::folder_names - 2));
}

TEST_CASE("claude folder: it is trusted when Claude Code says so of itself or its repository") {
  const Folder folder;
  const std::string yes = R"(":{"hasTrustDialogAccepted":true}}})";
  const auto record = [&yes](const fs::path& of) {
    return R"({"projects":{")" + of.string() + yes;
  };
  CHECK(folder.is_trusted_with(record(folder.project())));
  CHECK_FALSE(folder.is_trusted_with(record(folder.path("work"))));
  CHECK_FALSE(folder.is_trusted_with("no JSON"));
  CHECK_FALSE(folder.is_trusted_with(R"({"projects":{")" + folder.project().string() +
                                     R"(":{"hasTrustDialogAccepted":"true"}}})"));
  fs::create_directories(folder.path("work/.git"));
  CHECK(folder.is_trusted_with(record(folder.path("work"))));
}
