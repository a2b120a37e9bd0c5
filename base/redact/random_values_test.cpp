// Random values after names of secrets are caught, whatever they are made of and wherever they
// stand; texts that only look like that stay. Optimised builds look at the whole matrix, others at
// a sample.

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/likelihood.h"
#include "base/redact/redactor.h"
#include "tests/catch.h"
#include "tests/redact/clean_samples.h"

namespace {

using tine::Redactor;

struct Alphabet {
  const char* name;
  std::string_view characters;
};

constexpr Alphabet alphabets[] = {
    {"alphanumeric", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    {"lower case and digits", "abcdefghijklmnopqrstuvwxyz0123456789"},
    {"hex", "0123456789abcdef"},
    {"base64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"},
    {"with symbols",
     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*-_=+?~"},
};

struct Place {
  const char* before;
  const char* after;
};

constexpr Place places[] = {
    {"DB_HOST=localhost\nDB_PASSWORD=", "\nDEBUG=1\n"},
    {"export API_TOKEN=", "\n"},
    {"{\"user\": \"app\", \"password\": \"", "\", \"port\": 5432}\n"},
    {"{\"api_token\":\"", "\"}\n"},
    {"db:\n  password: ", "\n  port: 5432\n"},
    {"api_token: \"", "\"\n"},
    {"[auth]\napi_token = \"", "\"\n"},
    {"password = '", "'\n"},
    {"> Authorization: Bearer ", "\r\n> Accept: */*\r\n"},
    {"X-Api-Token: ", "\r\n"},
    {"deploy --token ", " --verbose\n"},
    {"deploy --password=", "\n"},
    {"Server=db;User Id=sa;Password=", ";Encrypt=true\n"},
};

/// The share of values that may stay, in thousandths, by their length.
struct Bound {
  std::size_t length;
  std::size_t thousandths;
};
constexpr Bound bounds[] = {{12, 20}, {16, 5}, {20, 1}, {32, 0}, {40, 0}};

}  // namespace

TEST_CASE("random values: nearly none stays") {
#ifdef NDEBUG
  constexpr std::size_t values = 2000;
#else
  constexpr std::size_t values = 80;
#endif
  std::mt19937 random(20260131);
  Redactor redactor(Redactor::Key{});
  for (const Alphabet& alphabet : alphabets) {
    for (const Bound& bound : bounds) {
      std::size_t kept = 0;
      std::string examples;
      for (const Place& place : places) {
        for (std::size_t i = 0; i < values; ++i) {
          std::string value;
          while (value.size() < bound.length)
            value += alphabet.characters[random() % alphabet.characters.size()];
          const std::string clean = redactor.redacted(place.before + value + place.after);
          const bool stays = clean.find(value.substr(0, 6)) != std::string::npos ||
                             clean.find(value.substr(value.size() - 6)) != std::string::npos;
          if (!stays) continue;
          ++kept;
          examples += clean;
        }
      }
      INFO(alphabet.name << ' ' << bound.length << ":\n" << examples);
      CHECK(kept * 1000 <= bound.thousandths * values * std::size(places));
    }
  }
}

TEST_CASE("random values: no identifier of 128 bits stays") {
  std::mt19937 random(20260131);
  Redactor redactor(Redactor::Key{});
  constexpr std::string_view hex = "0123456789abcdef";
  for (int i = 0; i < 2000; ++i) {
    std::string value;
    for (const std::size_t group : {8, 4, 4, 4, 12}) {
      if (!value.empty()) value += '-';
      for (std::size_t n = 0; n < group; ++n) value += hex[random() % hex.size()];
    }
    for (const Place& place : places) {
      const std::string clean = redactor.redacted(place.before + value + place.after);
      INFO(clean);
      CHECK(clean.find(value) == std::string::npos);
    }
  }
}

TEST_CASE("random values: what only looks like that stays") {
  Redactor redactor(Redactor::Key{});
  for (const std::string& text : tine::test::clean_samples()) {
    INFO(text);
    CHECK(redactor.redact(text) == std::nullopt);
    CHECK(redactor.redact("+ " + text + "\n") == std::nullopt);
    CHECK(redactor.redact("  " + text + ",\n") == std::nullopt);
  }
}

TEST_CASE("random values: guillemets hide nothing") {
  Redactor redactor(Redactor::Key{});
  const std::string name = "DB_PASSWORD=";
  CHECK(redactor.redacted(name + "k7Qz«9wLm»2XcV4b\n") == name + "«redacted:password:1»\n");
}

TEST_CASE("surprise: random texts cost more than words") {
  using tine::redact::surprise;
  CHECK(surprise("k7Qz9wLm2XcV") > 700);
  CHECK(surprise("getElementById") < 520);
  CHECK(surprise("SOME_64BIT_CONSTANT") < 450);
  CHECK(surprise("correct-horse-battery-staple") < 450);
}
