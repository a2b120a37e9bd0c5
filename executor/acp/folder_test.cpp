#include "executor/acp/folder.h"

#include <filesystem>
#include <fstream>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
namespace fs = std::filesystem;

namespace {

fs::path made(const fs::path& folder) {
  fs::create_directories(folder);
  return folder;
}

}  // namespace

TEST_CASE("acp folder: configuration for any agent counts, up to the root of the repository") {
  const tine::test::TemporaryFolder place;
  const fs::path root = made(fs::path(place.path()) / "project");
  const fs::path inner = made(root / "a/b");
  made(root / ".git");
  CHECK(acp::look(inner.string(), "/nobody").starts.empty());
  made(fs::path(place.path()) / ".gemini");  // above the repository
  CHECK(acp::look(inner.string(), "/nobody").starts.empty());
  std::ofstream(root / "opencode.json") << "{}";
  made(inner / ".claude");
  const FolderFacts facts = acp::look(inner.string(), "/nobody");
  CHECK(facts.starts ==
        std::vector<std::string>{(inner / ".claude").string(), (root / "opencode.json").string()});
  CHECK(facts.unclear);
}

TEST_CASE("acp folder: a link that leads nowhere counts, the user's own home does not") {
  const tine::test::TemporaryFolder place;
  const fs::path root = made(fs::path(place.path()) / "home");
  made(root / ".git");
  fs::create_symlink("/nowhere", root / ".mcp.json");
  CHECK(acp::look(root.string(), "/nobody").starts.size() == 1);
  CHECK(acp::look(root.string(), root.string()).starts.empty());
}
