#include "base/crc32c.h"

#include <string>

#include "tests/catch.h"

using tine::crc32c;
using tine::crc32c_portable;

TEST_CASE("crc32c gives the published checksums") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
}

TEST_CASE("crc32c is the same with and without the instruction, at every length and offset") {
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(static_cast<char>(i * 37 + 11));
  for (std::size_t from = 0; from < 16; ++from) {
    for (std::size_t length = 0; from + length <= text.size(); ++length) {
      const auto part = std::string_view(text).substr(from, length);
      REQUIRE(crc32c(part) == crc32c_portable(part));
    }
  }
}

TEST_CASE("crc32c goes on from what came before") {
  const std::string text = "a line of a transcript that came in two pieces";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto first = crc32c(std::string_view(text).substr(0, cut));
    REQUIRE(crc32c(std::string_view(text).substr(cut), first) == crc32c(text));
  }
}

TEST_CASE("crc32c of two texts is that of both in one piece") {
  std::string text;
  for (int i = 0; i < 70000; ++i) text.push_back(static_cast<char>(i * 31 + 7));
  for (const std::size_t cut : {0, 1, 7, 64, 4096, 4097, 65535, 69999, 70000}) {
    const std::string_view before = std::string_view(text).substr(0, cut);
    const std::string_view behind = std::string_view(text).substr(cut);
    REQUIRE(tine::crc32c_of_both(crc32c(before), crc32c(behind), behind.size()) == crc32c(text));
  }
}
