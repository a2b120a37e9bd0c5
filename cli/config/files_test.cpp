#include "cli/config/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/config/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

namespace tine::cli {
namespace {

std::string complaint(const std::string& path) {
  const auto result = read_config_file(path);
  return result ? "none" : result.error().message.substr(path.size());
}

}  // namespace

TEST_CASE("files: a file is read whole, through a link, too") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("a", "text\n");
  CHECK(read_config_file(path).value() == "text\n");
  std::filesystem::create_symlink(path, folder.path("link"));
  CHECK(read_config_file(folder.path("link")).value() == "text\n");
  CHECK(read_config_file(folder.write("empty", "")).value() == "");
}

TEST_CASE("files: one that is absent is no error") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(read_config_file(folder.path("none")).value().has_value());
  CHECK_FALSE(read_config_file(folder.path("none/none")).value().has_value());
  CHECK_FALSE(read_config_file(folder.write("a", "") + "/b").value().has_value());
}

TEST_CASE("files: what is no regular file is refused without waiting for it") {
  const test::TemporaryFolder folder;
  CHECK(complaint(folder.path("")) == ": cannot be read: it is no regular file");
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK(complaint(folder.path("pipe")) == ": cannot be read: it is no regular file");
  CHECK(complaint("/dev/zero") == ": cannot be read: it is no regular file");
  std::filesystem::create_symlink("loop", folder.path("loop"));
  CHECK(complaint(folder.path("loop")).starts_with(": cannot be read: "));
}

TEST_CASE("files: the size is bounded") {
  const test::TemporaryFolder folder;
  CHECK(read_config_file(folder.write("a", std::string(limits::max_config_file, ' '))).has_value());
  CHECK(complaint(folder.write("b", std::string(limits::max_config_file + 1, ' '))) ==
        ": cannot be read: it is larger than 256 KiB");
}

TEST_CASE("files: a program is a regular file that may be executed") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("program", "");
  CHECK_FALSE(is_program(path));
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  CHECK(is_program(path));
  CHECK_FALSE(is_program(folder.path("")));
  CHECK_FALSE(is_program(folder.path("none")));
}

}  // namespace tine::cli
