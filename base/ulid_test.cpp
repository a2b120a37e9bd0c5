#include "base/ulid.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace tine {
namespace {

/// A clock that stands where it is put, and bytes that count up or are given.
struct FakeEnv final : Env {
  std::int64_t now = 0;
  std::vector<std::uint8_t> bytes;  // the same each time; empty: other ones each time
  std::uint8_t counter = 0;

  std::int64_t wall_ms() override { return now; }
  void random(std::span<std::uint8_t> into) override {
    if (bytes.empty()) {
      for (std::uint8_t& byte : into) byte = counter++;
    } else {
      REQUIRE(into.size() == bytes.size());
      std::copy(bytes.begin(), bytes.end(), into.begin());
    }
  }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
};

}  // namespace

TEST_CASE("ulid: the example of its specification") {
  FakeEnv env;
  UlidSource source(env);
  env.now = 1469922850259;
  env.bytes = {0xd6, 0x76, 0x4c, 0x61, 0xef, 0xb9, 0x93, 0x02, 0xbd, 0x5b};
  CHECK(source.next() == "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  env.now = 1469918176385;
  UlidSource earlier(env);
  CHECK(earlier.next() == "01ARYZ6S41TSV4RRFFQ69G5FAV");
}

TEST_CASE("ulid: the first and the last of all") {
  FakeEnv env;
  env.bytes.assign(10, 0);
  CHECK(UlidSource(env).next() == "00000000000000000000000000");
  env.now = (std::int64_t{1} << 48) - 1;
  env.bytes.assign(10, 0xFF);
  CHECK(UlidSource(env).next() == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}

TEST_CASE("ulid: within a millisecond the next one is one more") {
  FakeEnv env;
  env.now = 1469922850259;
  env.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFE};
  UlidSource source(env);
  CHECK(source.next() == "01ARZ3NDEK0000000000001ZZY");
  CHECK(source.next() == "01ARZ3NDEK0000000000001ZZZ");
  CHECK(source.next() == "01ARZ3NDEK0000000000002000");
}

TEST_CASE("ulid: each is greater than all before it") {
  FakeEnv env;
  env.now = 1700000000000;
  UlidSource source(env);
  std::set<std::string> all;
  std::string last;
  // The clock stands, goes on, and steps back.
  const std::vector<std::int64_t> steps = {0, 0, 1, 0, -5, 0, 0, 3, -1, 1000, -100000, 1, 0, 99000};
  for (int round = 0; round < 100; ++round) {
    for (const std::int64_t step : steps) {
      env.now += step;
      const std::string id = source.next();
      CHECK(is_ulid(id));
      CHECK(id > last);
      CHECK(all.insert(id).second);
      last = id;
    }
  }
}

TEST_CASE("ulid: when the clock is right again, it is followed") {
  FakeEnv env;
  env.now = 1000;
  UlidSource source(env);
  const std::string before = source.next();
  env.now = 10;
  CHECK(source.next().substr(0, 10) == before.substr(0, 10));
  env.now = 1001;
  const std::string after = source.next();
  CHECK(after.substr(0, 10) == "00000000Z9");
}

TEST_CASE("ulid: where its bytes overflow the order holds") {
  FakeEnv env;
  env.now = 1469922850259;
  env.bytes.assign(10, 0xFF);
  UlidSource source(env);
  CHECK(source.next() == "01ARZ3NDEKZZZZZZZZZZZZZZZZ");
  CHECK(source.next() == "01ARZ3NDEM0000000000000000");
  CHECK(source.next() == "01ARZ3NDEM0000000000000001");
  // The clock comes to the millisecond that has been taken in advance.
  ++env.now;
  CHECK(source.next() == "01ARZ3NDEM0000000000000002");
  ++env.now;
  env.bytes.assign(10, 0);
  CHECK(source.next() == "01ARZ3NDEN0000000000000000");
}

TEST_CASE("ulid: a clock before 1970 or beyond all time") {
  FakeEnv env;
  env.bytes.assign(10, 0);
  env.now = -1;
  UlidSource source(env);
  CHECK(source.next() == "00000000000000000000000000");
  CHECK(source.next() == "00000000000000000000000001");
  env.now = 1;
  CHECK(source.next() == "00000000010000000000000000");
  env.now = std::numeric_limits<std::int64_t>::max();
  CHECK(source.next() == "7ZZZZZZZZZ0000000000000000");
}

TEST_CASE("ulid: what is one") {
  CHECK(is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  CHECK(is_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
  CHECK_FALSE(is_ulid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
  CHECK_FALSE(is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FA"));
  CHECK_FALSE(is_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAVV"));
  CHECK_FALSE(is_ulid("01arz3ndektsv4rrffq69g5fav"));
  CHECK_FALSE(is_ulid(""));
  for (const char c : {'I', 'L', 'O', 'U', '/', '-', ' ', '\0', '@', '['}) {
    std::string text = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    text[13] = c;
    CHECK_FALSE(is_ulid(text));
  }
}

TEST_CASE("ulid: the beginning of one, as a person types it") {
  CHECK(ulid_prefix("01ARZ3NDEKTSV4RRFFQ69G5FAV") == "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  CHECK(ulid_prefix("01arz3") == "01ARZ3");
  CHECK(ulid_prefix("oilOIL") == "011011");
  CHECK(ulid_prefix("0") == "0");
  CHECK(ulid_prefix("7z") == "7Z");
  CHECK_FALSE(ulid_prefix("8"));
  CHECK_FALSE(ulid_prefix("z"));
  CHECK_FALSE(ulid_prefix(""));
  CHECK_FALSE(ulid_prefix("01u"));
  CHECK_FALSE(ulid_prefix("01 "));
  CHECK_FALSE(ulid_prefix("01\xC3\xA9"));
  CHECK_FALSE(ulid_prefix("01ARZ3NDEKTSV4RRFFQ69G5FAVV"));
}

TEST_CASE("rfc3339: known dates") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(1) == "1970-01-01T00:00:00.001Z");
  CHECK(rfc3339(951782399999) == "2000-02-28T23:59:59.999Z");
  CHECK(rfc3339(951782400000) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339(1469922850259) == "2016-07-30T23:54:10.259Z");
  CHECK(rfc3339(4107542400000) == "2100-03-01T00:00:00.000Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(rfc3339(-1000) == "1969-12-31T23:59:59.000Z");
  CHECK(rfc3339(-62135596800000) == "0001-01-01T00:00:00.000Z");
  CHECK(rfc3339(253402300799999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("rfc3339: times that it cannot tell") {
  CHECK(rfc3339(253402300800000) == "9999-12-31T23:59:59.999Z");
  CHECK(rfc3339(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(rfc3339(-62167219200001) == "0000-01-01T00:00:00.000Z");
  CHECK(rfc3339(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00.000Z");
}

}  // namespace tine
