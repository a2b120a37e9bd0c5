// What is looked at of a file, whatever lies there.

#include "executor/documents.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/tokens/estimate.h"
#include "executor/limits.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine::executor;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t everything = ~std::uint64_t{0};

}  // namespace

TEST_CASE("documents: a file is read up to so many bytes, and its size is told") {
  const tine::test::TemporaryFolder folder;
  folder.write("a", "0123456789");
  DocumentReader reader;
  const LookedAt whole = reader.look(folder.path("a"), everything);
  CHECK(whole.kind == LookedAt::Kind::file);
  CHECK(whole.text == "0123456789");
  CHECK(whole.real == fs::canonical(folder.path("a")));
  const LookedAt cut = reader.look(folder.path("a"), 4);
  CHECK(cut.text == "0123");
  CHECK(cut.bytes == 10);
  CHECK(reader.look(folder.path("a"), 0).kind == LookedAt::Kind::file);
  CHECK_FALSE(reader.is_full());
}

TEST_CASE("documents: what is no file is neither opened nor waited for") {
  const tine::test::TemporaryFolder folder;
  DocumentReader reader;
  const auto kind = [&](const char* name) {
    return reader.look(folder.path(name), everything).kind;
  };
  CHECK(kind("nothing") == LookedAt::Kind::absent);
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  CHECK(kind("fifo") == LookedAt::Kind::other);
  fs::create_directory(folder.path("folder"));
  CHECK(kind("folder") == LookedAt::Kind::other);
  fs::create_symlink("nowhere", folder.path("dangling"));
  CHECK(kind("dangling") == LookedAt::Kind::absent);
  fs::create_symlink("circle", folder.path("circle"));
  CHECK(kind("circle") == LookedAt::Kind::unreadable);
  fs::create_symlink("fifo", folder.path("to fifo"));
  CHECK(kind("to fifo") == LookedAt::Kind::other);
  fs::create_symlink("/dev/zero", folder.path("to zero"));
  CHECK(kind("to zero") == LookedAt::Kind::other);
}

TEST_CASE("documents: of a huge file the beginning is read, and its tokens are supposed") {
  const tine::test::TemporaryFolder folder;
  std::string text;
  while (text.size() < limits::document) text += "word and word\n";
  folder.write("huge", text);
  fs::resize_file(folder.path("huge"), std::uintmax_t{1} << 38);
  DocumentReader reader;
  LookedAt found = reader.look(folder.path("huge"), everything);
  CHECK(found.text.size() == limits::document);
  CHECK(found.bytes == std::uint64_t{1} << 38);
  const Document document{
      .bytes = 3 * limits::document, .given = 3 * limits::document, .text = std::move(found.text)};
  CHECK(document.tokens() == 3 * tine::tokens::estimate(document.text));
}

TEST_CASE("documents: no more of them are looked at than the limit says") {
  const tine::test::TemporaryFolder folder;
  folder.write("a", "x");
  DocumentReader reader;
  for (std::size_t i = 0; i < limits::documents; ++i)
    REQUIRE(reader.look(folder.path("a"), everything).kind == LookedAt::Kind::file);
  CHECK_FALSE(reader.is_full());
  CHECK(reader.look(folder.path("a"), everything).kind == LookedAt::Kind::absent);
  CHECK(reader.is_full());
}

TEST_CASE("documents: nor more bytes") {
  const tine::test::TemporaryFolder folder;
  folder.write("a", std::string(limits::document, 'x'));
  DocumentReader reader;
  for (std::uint64_t bytes = 0; bytes < limits::documents_bytes; bytes += limits::document)
    REQUIRE(reader.look(folder.path("a"), everything).kind == LookedAt::Kind::file);
  CHECK_FALSE(reader.is_full());
  CHECK(reader.look(folder.path("a"), everything).kind == LookedAt::Kind::absent);
  CHECK(reader.is_full());
}

TEST_CASE("documents: a folder holds what is in it, not what begins like it") {
  CHECK(lies_in("/a/b", "/a/b"));
  CHECK(lies_in("/a/b/c", "/a/b"));
  CHECK_FALSE(lies_in("/a/bc", "/a/b"));
  CHECK_FALSE(lies_in("/a", "/a/b"));
  CHECK(lies_in("/a", "/"));
}
