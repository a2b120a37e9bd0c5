#include "session/store/index_entry.h"

#include "session/store/line.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session::store;

namespace {

IndexEntry sample() {
  return {.id = "01J00000000000000000000001",
          .folder = "home+me+project",
          .title = "what \"it\" is about",
          .parent = "01J00000000000000000000000",
          .updated_ms = 1'770'000'000'123,
          .deleted = true,
          .prompted = false,
          .gone = true};
}

std::string_view without_newline(const std::string& line) {
  return std::string_view(line).substr(0, line.size() - 1);
}

/// `object` is whole but for its brace; gives a line whose checksum holds.
std::string checked(std::string object) {
  end_line(object, 0);
  object.pop_back();
  return object;
}

template <class Read>
void sees_every_changed_bit(const std::string& line, Read read) {
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string broken(without_newline(line));
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ (1U << bit));
      INFO("byte " << at << " bit " << bit);
      REQUIRE_FALSE(read(broken));
    }
  }
}

template <class Read>
void sees_every_cut(const std::string& line, Read read) {
  for (std::size_t length = 0; length + 1 < line.size(); ++length) {
    INFO(length);
    REQUIRE_FALSE(read(std::string_view(line).substr(0, length)));
  }
}

}  // namespace

TEST_CASE("a line of the index reads back, and no other text does") {
  const std::string line = index_line(sample());
  REQUIRE(line.ends_with('\n'));
  CHECK(read_index_line(without_newline(line)) == sample());
  const IndexEntry plain{.id = sample().id, .folder = "x", .title = {}, .parent = {}};
  CHECK(read_index_line(without_newline(index_line(plain))) == plain);
  sees_every_changed_bit(line, read_index_line);
  sees_every_cut(line, read_index_line);
}

TEST_CASE("the first line of an index reads back, and no other text does") {
  for (const bool whole : {true, false}) {
    const std::string line = index_header_line({.name = "17-42", .whole = whole});
    REQUIRE(line.ends_with('\n'));
    const auto header = read_index_header(without_newline(line));
    REQUIRE(header);
    CHECK(header->name == "17-42");
    CHECK(header->whole == whole);
    sees_every_changed_bit(line, read_index_header);
    sees_every_cut(line, read_index_header);
  }
}

TEST_CASE("an index of another version is not read") {
  const auto of_version = [](const std::string& version) {
    return checked(R"({"index":)" + version + R"(,"name":"17-42","whole":true)");
  };
  CHECK(read_index_header(of_version("2")));
  for (const char* other : {"0", "1", "3", "-2", "20", "2.0", "true"}) {
    INFO(other);
    CHECK_FALSE(read_index_header(of_version(other)));
  }
}

TEST_CASE("nothing in a line of the index becomes a path") {
  IndexEntry entry = sample();
  for (const char* folder : {"", ".", "..", "/", "a/b", "../x", "/etc", "a/.."}) {
    INFO(folder);
    entry.folder = folder;
    CHECK_FALSE(read_index_line(without_newline(index_line(entry))));
  }
  for (const char* folder : {"...", "a..b", "-", "%2F"}) {
    INFO(folder);
    entry.folder = folder;
    CHECK(read_index_line(without_newline(index_line(entry))));
  }
  for (const char* id : {"", "..", "../../../../../../etc/pass", "01J0000000000000000000000",
                         "01J000000000000000000000012", "01j00000000000000000000001"}) {
    INFO(id);
    entry = sample();
    entry.id = id;
    CHECK_FALSE(read_index_line(without_newline(index_line(entry))));
  }
}
