#include "session/store/folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/catch.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session::store;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(::lstat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777U;
}

}  // namespace

TEST_CASE("folders and files of the store are for their owner only") {
  const test::TemporaryFolder place;
  const Folder root = test::store_folder(place);
  const auto made = root.make("project/sessions/one");
  REQUIRE(made);
  REQUIRE(made->replace("state.toml", "x = 1\n", true));
  CHECK(mode_of(place.path() + "/project/sessions/one") == 0700);
  CHECK(mode_of(place.path() + "/project/sessions/one/state.toml") == 0600);
  CHECK(made->read_whole("state.toml", 100) == "x = 1\n");
  CHECK_FALSE(made->read_whole("state.toml", 3));
}

TEST_CASE("nothing reads or writes through a link or a way out of the store") {
  const test::TemporaryFolder outside;
  std::ofstream(outside.path() + "/secret") << "private";
  const test::TemporaryFolder place;
  const Folder root = test::store_folder(place);
  fs::create_directory_symlink(outside.path(), place.path() + "/link");
  fs::create_symlink(outside.path() + "/secret", place.path() + "/file");
  CHECK_FALSE(root.open("link"));
  CHECK_FALSE(root.open("../"));
  CHECK_FALSE(root.open(".."));
  CHECK_FALSE(root.open(outside.path()));
  CHECK_FALSE(root.read_whole("file", 1000));
  CHECK_FALSE(root.open_file("file", Files::Open::append));
  CHECK_FALSE(root.make("link/new"));
  // Replacing puts a file in the link's place and leaves alone what it pointed to.
  REQUIRE(root.replace("file", "mine", false));
  CHECK(fs::is_regular_file(fs::symlink_status(place.path() + "/file")));
  std::string text;
  std::getline(std::ifstream(outside.path() + "/secret"), text);
  CHECK(text == "private");
}

TEST_CASE("removing a folder never follows a link out of it") {
  const test::TemporaryFolder outside;
  std::ofstream(outside.path() + "/keep") << "x";
  const test::TemporaryFolder place;
  const Folder root = test::store_folder(place);
  REQUIRE(root.make("session/output/deep"));
  fs::create_directory_symlink(outside.path(), place.path() + "/session/output/link");
  REQUIRE(root.remove_folder("session"));
  CHECK_FALSE(fs::exists(place.path() + "/session"));
  CHECK(fs::exists(outside.path() + "/keep"));
  fs::create_directory_symlink(outside.path(), place.path() + "/session");
  REQUIRE(root.remove_folder("session"));
  CHECK_FALSE(fs::exists(fs::symlink_status(place.path() + "/session")));
  CHECK(fs::exists(outside.path() + "/keep"));
}

TEST_CASE("a folder's size is that of the files in it and below, not of what links lead to") {
  const test::TemporaryFolder outside;
  const test::TemporaryFolder place;
  const auto write = [](const std::string& path, std::size_t bytes) {
    std::ofstream(path) << std::string(bytes, 'x');
  };
  write(outside.path() + "/large", 1000);
  write(place.path() + "/a", 5);
  std::filesystem::create_directories(place.path() + "/one/two");
  write(place.path() + "/one/two/b", 7);
  std::filesystem::create_symlink(outside.path() + "/large", place.path() + "/link");
  std::filesystem::create_directory_symlink(outside.path(), place.path() + "/folder");
  CHECK(test::store_folder(place).bytes() == 12);
}
