#include "executor/folder.h"

#include <string>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;

TEST_CASE("a file of a folder is read whole, up to the bytes that may be there") {
  const tine::test::TemporaryFolder folder;
  for (const std::size_t size : {0U, 1U, 100U, 5000U}) {
    const std::string text(size, 'x');
    folder.write("file", text);
    CHECK(read_in_folder(folder.path(), "file", 5000).value().value() == text);
  }
  CHECK_FALSE(read_in_folder(folder.path(), "file", 4999).has_value());
  CHECK_FALSE(read_in_folder(folder.path(), "none", 5000).value().has_value());
}

TEST_CASE("a small file of a folder takes no more memory than it needs") {
  const tine::test::TemporaryFolder folder;
  folder.write("file", "{}");
  const auto text = read_in_folder(folder.path(), "file", 16 * 1024 * 1024).value();
  CHECK(text.value().capacity() < 100);
}

TEST_CASE("a file that says that it is empty is read to its end") {
  const auto text = read_in_folder("/proc/self", "limits", 100'000).value();
  CHECK(text.value().size() > 500);
}
