// What Claude Code reads of CLAUDE.md and its kin, as it was seen to do.

#include "executor/claude/documents.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "executor/claude/imports.h"
#include "executor/claude/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// A repository with the folder a, and a home beside it.
class Place {
 public:
  Place() {
    fs::create_directories(path("home/.claude"));
    fs::create_directories(path("repo/.git"));
    fs::create_directories(path("repo/a"));
  }

  fs::path path(const std::string& name) const { return folder_.path(name); }
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
  void write(const Names& names) const {
    for (const std::string& each : names) write(each, each);
  }
  Documents found(const std::string& in, bool trust, const Names& more = {},
                  const Loading& loading = {}) const {
    Names environment = {"HOME=" + path("home").string()};
    environment.insert(environment.end(), more.begin(), more.end());
    return claude::documents(claude::places_of(environment, path(in).string(), {}), environment,
                             {.given = trust, .starts = {}}, loading);
  }
  std::string name_of(const std::string& path) const {
    return fs::path(path).lexically_relative(folder_.path("")).native();
  }
  Names given(const std::string& in, bool trust, const Names& more = {}) const {
    Names out;
    for (const Document& each : found(in, trust, more).given) out.push_back(name_of(each.path));
    return out;
  }
  std::string why(const std::string& in, bool trust, const std::string& name) const {
    for (const PassedOver& each : found(in, trust).passed_over)
      if (each.path == path(name)) return each.why;
    return "not passed over";
  }

 private:
  tine::test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("claude documents: the user's, then with trust those from the outermost folder in") {
  const Place place;
  place.write({"home/.claude/CLAUDE.md", "home/.claude/rules/deep/u.md", "CLAUDE.md",
               "repo/CLAUDE.md", "repo/.claude/CLAUDE.md", "repo/.claude/rules/r.md",
               "repo/CLAUDE.local.md", "repo/a/CLAUDE.md", "repo/a/.claude/rules/x/y.md",
               "repo/a/CLAUDE.local.md", "repo/a/AGENTS.md", "repo/GEMINI.md"});
  CHECK(place.given("repo/a", true) ==
        Names{"home/.claude/CLAUDE.md", "home/.claude/rules/deep/u.md", "CLAUDE.md",
              "repo/CLAUDE.md", "repo/.claude/CLAUDE.md", "repo/.claude/rules/r.md",
              "repo/CLAUDE.local.md", "repo/a/CLAUDE.md", "repo/a/.claude/rules/x/y.md",
              "repo/a/CLAUDE.local.md"});
  CHECK(place.why("repo/a", true, "repo/a/AGENTS.md") ==
        "Claude Code reads it where there is no CLAUDE.md");
}

TEST_CASE("claude documents: without trust those of the folder itself, meant for everybody") {
  const Place place;
  place.write({"home/.claude/CLAUDE.md", "repo/CLAUDE.md", "repo/a/CLAUDE.md",
               "repo/a/.claude/CLAUDE.md", "repo/a/.claude/rules/r.md", "repo/a/CLAUDE.local.md"});
  CHECK(place.given("repo/a", false) == Names{"home/.claude/CLAUDE.md", "repo/a/CLAUDE.md",
                                              "repo/a/.claude/CLAUDE.md",
                                              "repo/a/.claude/rules/r.md"});
  CHECK(place.why("repo/a", false, "repo/CLAUDE.md") == "the folder is not trusted");
  CHECK(place.why("repo/a", false, "repo/a/CLAUDE.local.md") == "the folder is not trusted");
  SECTION("none of it where one is no file of the folder") {
    fs::create_symlink("../../../../home/.claude/CLAUDE.md",
                       place.path("repo/a/.claude/rules/out.md"));
    CHECK(place.given("repo/a", false) == Names{"home/.claude/CLAUDE.md"});
    CHECK(place.found("repo/a", false).notes.size() == 1);
  }
}

TEST_CASE("claude documents: AGENTS.md stands in where there is nothing of Claude Code's own") {
  const Place place;
  place.write({"home/.claude/CLAUDE.md", "AGENTS.md", "repo/AGENTS.md", "repo/a/AGENTS.md",
               "repo/a/.claude/rules/r.md", "repo/a/.claude/AGENTS.md"});
  CHECK(place.given("repo/a", true) == Names{"home/.claude/CLAUDE.md", "AGENTS.md",
                                             "repo/AGENTS.md", "repo/a/.claude/rules/r.md",
                                             "repo/a/AGENTS.md"});
  CHECK(place.given("repo/a", false) ==
        Names{"home/.claude/CLAUDE.md", "repo/a/.claude/rules/r.md"});
  place.write("repo/CLAUDE.md", " \n");
  CHECK(place.given("repo/a", true).size() == 5);
  place.write("repo/a/CLAUDE.local.md", "mine");
  CHECK(place.given("repo/a", true) ==
        Names{"home/.claude/CLAUDE.md", "repo/a/.claude/rules/r.md", "repo/a/CLAUDE.local.md"});
}

TEST_CASE("claude documents: imports stand behind what names them, four steps far") {
  const Place place;
  place.write("repo/a/CLAUDE.md", "@one.md\n@./docs/two.md\n@../up.md\n@~/mine.md @one.md");
  place.write("repo/a/one.md", "@1.md");
  for (int i = 1; i < 6; ++i)
    place.write("repo/a/" + std::to_string(i) + ".md", "@" + std::to_string(i + 1) + ".md");
  place.write({"repo/a/docs/two.md", "repo/up.md", "home/mine.md"});
  const Names inside = {"repo/a/CLAUDE.md", "repo/a/one.md", "repo/a/1.md",
                        "repo/a/2.md",      "repo/a/3.md",   "repo/a/docs/two.md"};
  for (const bool trust : {true, false}) CHECK(place.given("repo/a", trust) == inside);
  CHECK(place.why("repo/a", true, "repo/up.md") ==
        "it lies outside of the folder that the session works in");
  CHECK(place.found("repo/a", true).given[1].imported_by == place.path("repo/a/CLAUDE.md"));
  SECTION("outside of the folder once the user has agreed") {
    place.write("home/.claude.json", R"({"projects":{")" + place.path("repo").string() +
                                         R"(":{"hasClaudeMdExternalIncludesApproved":true}}})");
    CHECK(place.given("repo/a", false).back() == "home/mine.md");
  }
  SECTION("the user's own go anywhere") {
    place.write("home/.claude/CLAUDE.md", "@~/mine.md @" + place.path("repo/up.md").string());
    CHECK(place.given("repo/a", false)[1] == "home/mine.md");
    CHECK(place.given("repo/a", false)[2] == "repo/up.md");
  }
  SECTION("not through a link that leads out") {
    place.write("repo/a/CLAUDE.md", "@link.md");
    fs::create_symlink("../up.md", place.path("repo/a/link.md"));
    CHECK(place.given("repo/a", true) == Names{"repo/a/CLAUDE.md"});
  }
  SECTION("a circle ends") {
    place.write("repo/a/one.md", "@CLAUDE.md @one.md");
    CHECK(place.given("repo/a", true).size() == 3);
  }
}

TEST_CASE("claude documents: links and files that are none") {
  const Place place;
  place.write("home/secret.md", "s");
  fs::create_symlink("../home/secret.md", place.path("repo/CLAUDE.md"));
  REQUIRE(::mkfifo(place.path("repo/CLAUDE.local.md").c_str(), 0600) == 0);
  place.write({"repo/a/.claude/rules/r.md", "repo/a/docs/x.md", "repo/a/.claude/rules/no.txt"});
  fs::create_symlink("../../../../home/secret.md", place.path("repo/a/.claude/rules/out.md"));
  fs::create_symlink("../../docs", place.path("repo/a/.claude/rules/in"));
  fs::create_symlink("..", place.path("repo/a/.claude/rules/circle"));
  Names given = place.given("repo/a", true);
  std::sort(given.begin(), given.end());
  CHECK(given ==
        Names{"repo/CLAUDE.md", "repo/a/.claude/rules/in/x.md", "repo/a/.claude/rules/r.md"});
  CHECK(place.found("repo/a", true).given[0].leads_to == place.path("home/secret.md"));
}

TEST_CASE("claude documents: a rule that is meant for some files waits for them") {
  const Place place;
  const auto is_given = [&](const std::string& front) {
    place.write("repo/.claude/rules/r.md", "---\n" + front + "\n---\ntext");
    return !place.given("repo", true).empty();
  };
  CHECK(is_given("title: x"));
  CHECK(is_given("paths: []"));
  CHECK(is_given("paths: \"**\""));
  CHECK_FALSE(is_given("paths: src/**"));
  CHECK_FALSE(is_given("paths:\n  - \"src/**\""));
  CHECK_FALSE(is_given("paths: [unclosed"));
}

TEST_CASE("claude documents: of a worktree within its repository what lies above is there once") {
  const Place place;
  place.write({"repo/CLAUDE.md", "repo/CLAUDE.local.md", "repo/.claude/rules/r.md",
               "repo/wt/CLAUDE.md", "repo/wt/.claude/rules/r.md"});
  place.write("repo/wt/.git", "gitdir: " + place.path("repo").string() + "/.git/worktrees/wt\n");
  CHECK(place.given("repo/wt", true) ==
        Names{"repo/CLAUDE.local.md", "repo/wt/CLAUDE.md", "repo/wt/.claude/rules/r.md"});
}

TEST_CASE("claude documents: its notes on the project, so many lines and bytes of them") {
  const Place place;
  std::string name = place.path("repo").string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '-' || c == '.'; }, '-');
  const std::string file = "home/.claude/projects/" + name + "/memory/MEMORY.md";
  const auto noted = [&](std::size_t lines, const std::string& line) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += line + "\n";
    place.write(file, text);
    const Documents found = place.found("repo/a", false);
    REQUIRE(found.given.size() == 1);
    return found.given[0];
  };
  CHECK(noted(claude::limits::note_lines, "x").given == 400);
  CHECK(noted(claude::limits::note_lines, "x").bytes == 400);
  CHECK(noted(claude::limits::note_lines + 1, "x").given == 400);
  CHECK(noted(claude::limits::note_lines + 1, "x").bytes == 402);
  CHECK(noted(100, std::string(1000, 'x')).given == 24'024);
  CHECK(place.given("repo/a", false, {"CLAUDE_CODE_DISABLE_AUTO_MEMORY=1"}).empty());
  place.write("home/.claude/settings.json", R"({"autoMemoryEnabled":false})");
  CHECK(place.given("repo/a", false).empty());
}

TEST_CASE("claude documents: which words name an import") {
  using claude::imports_in;
  CHECK(imports_in("@a.md and @./b/c.md\n- @d\n# @e.md\n> @f.md **@g.md** [@h.md](x)") ==
        Names{"a.md", "./b/c.md", "d", "e.md", "f.md", "g.md", "h.md"});
  CHECK(imports_in("@sp\\ ace.md @frag.md#part @~/x @/etc/y @-dash.md @_u.md") ==
        Names{"sp ace.md", "frag.md", "~/x", "/etc/y", "-dash.md", "_u.md"});
  CHECK(imports_in("me@mail.md (@p.md) @@x.md @#h.md @ü.md @ @/").empty());
  CHECK(imports_in("`@a.md` ``x @b.md`` text\n\n    @c.md\n```\n@d.md\n```\n<!-- @e.md\n@f.md -->")
            .empty());
  CHECK(imports_in("text `a` @b.md `open @c.md") == Names{"b.md", "c.md"});
  CHECK(imports_in("text\n    @a.md") == Names{"a.md"});
  CHECK(imports_in("- a <!-- @a.md -->\n1. b <!-- @b.md -->\n- <!-- @c.md -->\n  d <!-- @d.md -->\n"
                   "e <!-- @e.md -->") == Names{"a.md", "b.md", "d.md"});
  CHECK(claude::may_be_imported("a.md"));
  CHECK(claude::may_be_imported("noext"));
  CHECK_FALSE(claude::may_be_imported("a.png"));
  CHECK_FALSE(claude::may_be_imported("a.md."));
}

TEST_CASE("claude documents: what is taken out of a text") {
  using claude::document_text;
  CHECK(document_text("\xEF\xBB\xBF\n text \n").text == "text");
  CHECK(document_text("---\na: b\n---\ntext").text == "text");
  CHECK(document_text("---\nno end").text == "---\nno end");
  CHECK(document_text("a\n<!-- b\nc -->\nd").text == "a\nd");
  CHECK(document_text("a <!-- b --> c\n<!-- d --> e\n```\n<!-- f -->\n```").text ==
        "a <!-- b --> c\n<!-- d --> e\n```\n<!-- f -->\n```");
  CHECK(document_text("<!-- open").text == "<!-- open");
}
