#include "executor/claude/lines_from_end.h"

#include <fcntl.h>

#include <vector>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"
#include "transport/fd.h"

using namespace tine;
using namespace tine::executor::claude;
using Lines = std::vector<std::string>;

namespace {

Lines lines_of(const std::string& text, std::size_t max_line, std::size_t piece) {
  const test::TemporaryFolder files;
  files.write("f", text);
  const transport::Fd fd(::open(files.path("f").c_str(), O_RDONLY | O_CLOEXEC));
  LinesFromEnd reader(fd.get(), static_cast<std::int64_t>(text.size()), max_line, piece);
  Lines out;
  while (true) {
    const auto line = reader.next();
    REQUIRE(line);
    if (!*line) return out;
    out.emplace_back(**line);
  }
}

}  // namespace

TEST_CASE("lines come from the last to the first, wherever the pieces are cut") {
  for (std::size_t piece = 1; piece < 12; ++piece) {
    CHECK(lines_of("one\ntwo\n\nthree", 100, piece) == Lines{"three", "", "two", "one"});
    CHECK(lines_of("one\n", 100, piece) == Lines{"", "one"});
    CHECK(lines_of("one", 100, piece) == Lines{"one"});
    CHECK(lines_of("", 100, piece) == Lines{""});
  }
}

TEST_CASE("a line beyond the limit is passed over") {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    CHECK(lines_of("one\n123456789\nthree", 9, piece) == Lines{"three", "123456789", "one"});
    CHECK(lines_of("one\n1234567890\nthree", 9, piece) == Lines{"three", "one"});
    CHECK(lines_of("1234567890\nthree", 9, piece) == Lines{"three"});
    CHECK(lines_of("one\n12345678901234567890", 9, piece) == Lines{"one"});
  }
}

TEST_CASE("a file that is shorter than it was is an error") {
  const test::TemporaryFolder files;
  files.write("f", "one");
  const transport::Fd fd(::open(files.path("f").c_str(), O_RDONLY | O_CLOEXEC));
  LinesFromEnd reader(fd.get(), 9, 100, 100);
  const auto line = reader.next();
  REQUIRE_FALSE(line);
  CHECK(line.error().kind == ErrorKind::storage_failed);
}
