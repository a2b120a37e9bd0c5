// What Codex reads of AGENTS.md and its kin, as it was seen to do.

#include "executor/codex/documents.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// A repository with the folders a and a/b, and a home beside it.
class Place {
 public:
  Place() {
    fs::create_directories(path("home/.codex"));
    fs::create_directories(path("repo/.git"));
    fs::create_directories(path("repo/a/b"));
  }

  fs::path path(const std::string& name) const { return folder_.path(name); }
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
  Documents found(const std::string& in, bool trust = false, const std::string& config = {}) const {
    return codex::documents(codex::places_of({"HOME=" + path("home").string()}, path(in).string()),
                            config, {.given = trust, .starts = {}}, Loading());
  }
  Names given(const std::string& in, bool trust = false, const std::string& config = {}) const {
    Names out;
    for (const Document& each : found(in, trust, config).given)
      out.push_back(fs::path(each.path).lexically_relative(folder_.path("")).native());
    return out;
  }
  std::string why(const std::string& in, const std::string& name) const {
    for (const PassedOver& each : found(in).passed_over)
      if (each.path == path(name)) return each.why;
    return "not passed over";
  }

 private:
  tine::test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("codex documents: the user's, then from the root of the repository down, one a folder") {
  const Place place;
  for (const char* each : {"home/.codex/AGENTS.md", "repo/AGENTS.md", "repo/a/AGENTS.override.md",
                           "repo/a/AGENTS.md", "repo/a/b/AGENTS.md", "repo/CLAUDE.md", "AGENTS.md"})
    place.write(each, each);
  CHECK(place.given("repo/a/b") == Names{"home/.codex/AGENTS.md", "repo/AGENTS.md",
                                         "repo/a/AGENTS.override.md", "repo/a/b/AGENTS.md"});
  CHECK(place.why("repo/a/b", "repo/a/AGENTS.md") == "AGENTS.override.md goes before it");
  CHECK(place.given("repo") == Names{"home/.codex/AGENTS.md", "repo/AGENTS.md"});
  fs::remove_all(place.path("repo/.git"));
  CHECK(place.given("repo/a/b") == Names{"home/.codex/AGENTS.md", "repo/a/b/AGENTS.md"});
}

TEST_CASE("codex documents: of the user's the first that says something, whole") {
  const Place place;
  place.write("home/.codex/AGENTS.override.md", " \n");
  place.write("home/.codex/AGENTS.md", "\n" + std::string(40'000, 'x') + "\n");
  const Documents found = place.found("repo");
  REQUIRE(found.given.size() == 1);
  CHECK(found.given[0].text == std::string(40'000, 'x'));
  CHECK(found.given[0].of_user);
  place.write("home/.codex/AGENTS.override.md", "more");
  CHECK(place.given("repo") == Names{"home/.codex/AGENTS.override.md"});
}

TEST_CASE("codex documents: an empty one hides the next of its folder") {
  const Place place;
  place.write("repo/AGENTS.override.md", "  \n");
  place.write("repo/AGENTS.md", "text");
  CHECK(place.given("repo").empty());
}

TEST_CASE("codex documents: the last bytes that there is room for, and none behind") {
  const Place place;
  constexpr std::uint64_t most = std::uint64_t{32} * 1024;
  place.write("repo/AGENTS.md", std::string(30'000, 'r'));
  place.write("repo/a/AGENTS.md", std::string(10'000, 'a'));
  place.write("repo/a/b/AGENTS.md", "b");
  const Documents found = place.found("repo/a/b");
  REQUIRE(found.given.size() == 2);
  CHECK(found.given[1].given == most - 30'000);
  CHECK(found.given[1].text.size() == most - 30'000);
  CHECK(found.given[1].bytes == 10'000);
  REQUIRE(found.passed_over.size() == 1);
  CHECK(found.passed_over[0].why.find("project_doc_max_bytes") != std::string::npos);
  SECTION("at the limit it is whole") {
    place.write("repo/a/AGENTS.md", std::string(most - 30'000, 'a'));
    CHECK(place.found("repo/a").given[1].given == place.found("repo/a").given[1].bytes);
  }
  SECTION("one byte above") {
    place.write("repo/a/AGENTS.md", std::string(most - 29'999, 'a'));
    CHECK(place.found("repo/a").given[1].given + 1 == place.found("repo/a").given[1].bytes);
  }
  SECTION("what has nothing in it takes no room") {
    place.write("home/.codex/config.toml", "project_doc_max_bytes = 5\n");
    place.write("repo/AGENTS.md", std::string(50, ' '));
    place.write("repo/a/AGENTS.md", "a");
    CHECK(place.given("repo/a") == Names{"repo/a/AGENTS.md"});
  }
}

TEST_CASE(
    "codex documents: its configuration decides: the user's, the backend's, a trusted folder's") {
  const Place place;
  place.write("repo/CLAUDE.md", "c");
  place.write("repo/a/b/x.md", "x");
  CHECK(place.given("repo").empty());
  place.write("home/.codex/config.toml",
              "project_doc_fallback_filenames = [\"CLAUDE.md\", \"b/x.md\"]");
  CHECK(place.given("repo/a") == Names{"repo/CLAUDE.md"});
  CHECK(place.given("repo", false, R"({"project_doc_fallback_filenames":[]})").empty());
  CHECK(place.given("repo", false, R"({"project_doc_max_bytes":0})").empty());
  place.write("home/.codex/config.toml", "project_root_markers = [\".root\"]");
  place.write("repo/AGENTS.md", "r");
  place.write("repo/a/AGENTS.md", "a");
  place.write("repo/a/.root", "");
  CHECK(place.given("repo/a/b") == Names{"repo/a/AGENTS.md"});
  place.write("home/.codex/config.toml", "");
  place.write("repo/.codex/config.toml", "project_doc_max_bytes = 1");
  CHECK(place.given("repo/a") == Names{"repo/AGENTS.md", "repo/a/AGENTS.md"});
  CHECK(place.given("repo/a", true) == Names{"repo/AGENTS.md"});
}

TEST_CASE("codex documents: links are followed, also out; a circle loses the project's") {
  const Place place;
  place.write("home/.codex/AGENTS.md", "u");
  place.write("home/secret", "s");
  fs::create_symlink(place.path("home/secret"), place.path("repo/AGENTS.md"));
  const Documents found = place.found("repo");
  REQUIRE(found.given.size() == 2);
  CHECK(found.given[1].leads_to == fs::canonical(place.path("home/secret")));
  fs::create_symlink("AGENTS.override.md", place.path("repo/a/AGENTS.override.md"));
  CHECK(place.given("repo/a") == Names{"home/.codex/AGENTS.md"});
  CHECK(place.found("repo/a").passed_over.size() == 2);
}

TEST_CASE("codex documents: what is no file is passed by") {
  const Place place;
  fs::create_directory(place.path("repo/AGENTS.override.md"));
  place.write("repo/AGENTS.md", "r");
  REQUIRE(::mkfifo(place.path("repo/a/AGENTS.override.md").c_str(), 0600) == 0);
  place.write("repo/a/AGENTS.md", "a");
  fs::create_symlink("nowhere", place.path("repo/a/b/AGENTS.md"));
  CHECK(place.given("repo/a/b") == Names{"repo/AGENTS.md", "repo/a/AGENTS.md"});
}

TEST_CASE("codex documents: none of a folder that Codex is told not to trust") {
  const Place place;
  place.write("home/.codex/AGENTS.md", "u");
  place.write("repo/AGENTS.md", "r");
  place.write("home/.codex/config.toml", "[projects.\"" +
                                             fs::canonical(place.path("repo")).string() +
                                             "\"]\ntrust_level = \"untrusted\"\n");
  CHECK(place.given("repo/a") == Names{"home/.codex/AGENTS.md"});
  CHECK(place.given("repo/a", true) == Names{"home/.codex/AGENTS.md", "repo/AGENTS.md"});
  place.write("home/.codex/config.toml", "[broken");
  CHECK(place.given("repo") == Names{"home/.codex/AGENTS.md"});
}
