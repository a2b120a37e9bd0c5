#include "session/record/long_text.h"

#include <string>

#include "session/limits.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"

using namespace tine;
using namespace tine::session;

namespace {

std::uint32_t checksum(const std::string& content) {
  transport::Loop loop;
  return test::await(
      loop, [](transport::Loop& on, const std::string& text) -> transport::Task<std::uint32_t> {
        co_return co_await content_checksum(on, text);
      }(loop, content));
}

}  // namespace

TEST_CASE("content checksum: the numbers of markers do not count, all else does") {
  const std::string one = R"([{"type":"text","text":"a «redacted:github-token:1» b 7"}])";
  const std::string two = R"([{"type":"text","text":"a «redacted:github-token:4711» b 7"}])";
  const std::string other_kind = R"([{"type":"text","text":"a «redacted:password:1» b 7"}])";
  const std::string other_number = R"([{"type":"text","text":"a «redacted:github-token:1» b 8"}])";
  CHECK(checksum(one) == checksum(two));
  CHECK(checksum(one) != checksum(other_kind));
  CHECK(checksum(one) != checksum(other_number));
  CHECK(checksum("«redacted:") != checksum("«redacted"));
  CHECK(checksum("«redacted:x:") == checksum("«redacted:x:12"));
}

TEST_CASE("content checksum: markers are found wherever a slice of the text ends") {
  const std::string marker = "«redacted:password:12»";
  for (const std::size_t before : {std::size_t{0}, marker.size() / 2, marker.size()}) {
    const std::string start(tine::session::limits::checked_slice - before, 'x');
    CHECK(checksum(start + marker + "end") == checksum(start + "«redacted:password:3»end"));
    CHECK(checksum(start + marker + "end") != checksum(start + marker + "End"));
  }
}
