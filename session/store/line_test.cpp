#include "session/store/line.h"

#include <array>
#include <cstdio>

#include "base/crc32c.h"
#include "base/json/scanner.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session::store;

namespace {

std::string sample() {
  std::string out;
  write_line(out, 7, "2026-01-31T12:00:00.000Z", "update", R"({"text":"héllo \" world"})");
  return out;
}

}  // namespace

TEST_CASE("a transcript line is JSON and reads back") {
  const std::string line = sample();
  REQUIRE(line.back() == '\n');
  const std::string_view text = std::string_view(line).substr(0, line.size() - 1);
  json::Scanner scanner;
  scanner.feed(text);
  CHECK(scanner.finish());
  const auto read = read_line(text);
  REQUIRE(read);
  CHECK(read->seq == 7);
  CHECK(read->time == "2026-01-31T12:00:00.000Z");
  CHECK(read->type == "update");
  CHECK(read->data.find("text").string() == "héllo \" world");
}

TEST_CASE("every changed bit of a transcript line is noticed") {
  const std::string line = sample();
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string broken = line.substr(0, line.size() - 1);
      broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ (1U << bit));
      INFO("byte " << at << " bit " << bit);
      REQUIRE_FALSE(read_line(broken));
    }
  }
}

TEST_CASE("a cut transcript line is noticed at every length") {
  const std::string line = sample();
  for (std::size_t length = 0; length + 1 < line.size(); ++length) {
    REQUIRE_FALSE(read_line(std::string_view(line).substr(0, length)));
  }
}

TEST_CASE("a line of another version is told apart from a damaged one") {
  const std::string body = R"({"v":2,"seq":1,"ts":"t","type":"x","data":{})";
  std::array<char, 9> crc{};
  std::snprintf(crc.data(), crc.size(), "%08x", crc32c(body));
  const auto newer = read_line(body + ",\"crc\":\"" + crc.data() + "\"}");
  REQUIRE_FALSE(newer);
  CHECK(newer.error().kind == ErrorKind::unsupported);
  const auto wrong = read_line(body + R"(,"crc":"00000000"})");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().kind == ErrorKind::damaged);
}
