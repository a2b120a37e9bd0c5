#include "base/redact/redactor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/limits.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

namespace {

using tine::KnownSecret;
using tine::RedactionStream;
using tine::Redactor;
namespace limits = tine::limits;

const Redactor::Key key{1, 2, 3};

std::string base64(std::string_view text) {
  std::string out;
  tine::redact::encode_base64(text, out);
  return out;
}

std::string github_token(char last) {
  return std::string("gh") + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R" + last;
}

}  // namespace

TEST_CASE("redactor: clean text is not copied") {
  Redactor redactor(key);
  CHECK(redactor.redact("nothing to see here: token, key = value") == std::nullopt);
  CHECK(redactor.redact("") == std::nullopt);
  CHECK(redactor.redacted("as it was\xff\x01") == "as it was\xff\x01");
}

TEST_CASE("redactor: equal values have equal numbers, in whatever encoding and place") {
  Redactor redactor(key);
  const std::string a = github_token('a');
  const std::string b = github_token('b');
  CHECK(redactor.redacted(a + " " + b + " " + a) ==
        "«redacted:github-token:1» «redacted:github-token:2» «redacted:github-token:1»");
  CHECK(redactor.redacted("TOKEN=" + b) == "TOKEN=«redacted:github-token:2»");
  CHECK(redactor.redacted("x " + base64("\n" + b + "\n")).find("github-token:2»") !=
        std::string::npos);
  std::string escaped;
  for (const char c : a) {
    constexpr std::string_view digits = "0123456789abcdef";
    escaped += "\\u00";
    escaped += {digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
  }
  CHECK(redactor.redacted(escaped) == "«redacted:github-token:1»");
  CHECK(redactor.highest_number() == 2);
}

TEST_CASE("redactor: numbers go on after what a file has") {
  const std::string stored = "a «redacted:key:7» b «redacted:jwt:41» «redacted:x:» «redacted:";
  CHECK(tine::highest_marker(stored) == 41);
  CHECK(tine::highest_marker("none") == 0);
  Redactor redactor(key);
  redactor.continue_from(tine::highest_marker(stored));
  CHECK(redactor.redacted(github_token('c')) == "«redacted:github-token:42»");
  redactor.continue_from(3);
  CHECK(redactor.redacted(github_token('d')) == "«redacted:github-token:43»");
}

TEST_CASE("redactor: markers stay as they are") {
  Redactor redactor(key);
  for (const char* text : {"PASSWORD=«redacted:password:3»", "token: \"«redacted:token:4»\"",
                           "Authorization: Bearer «redacted:authorization:1»",
                           "https://u:«redacted:url-password:2»@host/"}) {
    CHECK(redactor.redact(text) == std::nullopt);
  }
}

TEST_CASE("redactor: a value is known while its lease lives") {
  Redactor redactor(key);
  const std::string value = "plain words, \"quoted\"\\n and \xc3\xa4";
  KnownSecret first = redactor.know(value, "env");
  REQUIRE(first);
  CHECK(redactor.redacted("(" + value + ")") == "(«redacted:env:1»)");
  {
    const KnownSecret second = redactor.know(value, "env");
    first = KnownSecret();
    CHECK(redactor.redacted(value) == "«redacted:env:1»");
  }
  CHECK(redactor.redact(value) == std::nullopt);
}

TEST_CASE("redactor: known values in their encodings") {
  Redactor redactor(key);
  const std::string value = "p@ss w\\rd/\"x\"";
  const KnownSecret lease = redactor.know(value);
  REQUIRE(lease);
  for (const std::string& form :
       {value, std::string("p@ss w\\\\rd/\\\"x\\\""), std::string("p%40ss%20w%5Crd%2F%22x%22"),
        std::string("p%40ss+w%5Crd%2F%22x%22"), std::string("p@ss w\\\\rd\\/\\u0022x\\u0022")}) {
    INFO(form);
    CHECK(redactor.redacted("<" + form + ">") == "<«redacted:known:1»>");
  }
  for (const char* padding : {"", "a", "ab"}) {
    const std::string text = base64(padding + value + padding);
    INFO(text);
    const std::string out = redactor.redacted(text);
    CHECK(out.find("«redacted:known:1»") != std::string::npos);
    CHECK(out.size() < 6 + std::string("«redacted:known:1»").size());
  }
}

TEST_CASE("redactor: what is plainly no secret is not learnt") {
  Redactor redactor(key);
  for (const char* value : {"short", "/home/me/project", "./relative/path", "production",
                            "PRODUCTION", "127.0.0.1", "1234567890123", "true",
                            "https://example.org/a", "${FROM_ELSEWHERE}", "aaaaaaaaaaaa", ""}) {
    INFO(value);
    CHECK_FALSE(static_cast<bool>(redactor.know(value)));
  }
  CHECK(static_cast<bool>(redactor.know("12345678")) == false);
  CHECK(static_cast<bool>(redactor.know("1234567x")) == true);
}

TEST_CASE("redactor: what a user configured") {
  Redactor redactor(key);
  CHECK_FALSE(redactor.add_literal("abc"));
  CHECK(redactor.add_literal("Project Bluebird"));
  CHECK_FALSE(redactor.add_prefix("ab_"));
  CHECK(redactor.add_prefix("acme:"));
  CHECK(redactor.redacted("of Project Bluebird!") == "of «redacted:configured:1»!");
  CHECK(redactor.redacted("id acme:k3J9x7Q2m5T8w1Z4 and acme:short") ==
        "id «redacted:configured:2» and acme:short");
}

TEST_CASE("redactor: places without the secrets") {
  Redactor redactor(key);
  const std::string token = github_token('x');
  const std::string text =
      std::string(100, '.') + "\n" + token + "\nPASSWORD=" + "Tr0ub4dor&3x" + "\n";
  const std::vector<tine::SecretPlace> places = redactor.find(text);
  REQUIRE(places.size() == 2);
  CHECK(places[0].kind == "github-token");
  CHECK(places[0].offset == 101);
  CHECK(places[0].length == token.size());
  CHECK(places[1].kind == "password");
  CHECK(text.substr(places[1].offset, places[1].length) == "Tr0ub4dor&3x");
}

TEST_CASE("redactor: names and parts that are secret") {
  for (const char* name : {"API_KEY", "apiKey", "x-api-key", "GITHUB_TOKEN", "db.password",
                           "PASSWD", "CREDENTIALS", "SecretKey", "TOKEN_2", "authorization"}) {
    INFO(name);
    CHECK(tine::is_secret_name(name));
  }
  for (const char* name : {"PATH", "keyboard", "secret_name", "tokens", "PUBLIC_KEY", "primaryKey",
                           "next_page_token", "passwords_file", ""}) {
    INFO(name);
    CHECK_FALSE(tine::is_secret_name(name));
  }
  using Parts = std::vector<std::string_view>;
  CHECK(tine::secrets_in_url("https://u:pw@h/p?api_key=k1&x=2&token=t#f") ==
        Parts{"pw", "k1", "t"});
  CHECK(tine::secrets_in_url("https://tok@h") == Parts{"tok"});
  CHECK(tine::secrets_in_url("https://h/p").empty());
  CHECK(tine::secret_in_header("Bearer  abc") == "abc");
  CHECK(tine::secret_in_header("abc") == "abc");
}

TEST_CASE("redaction stream: holds back only what may grow into a secret") {
  Redactor redactor(key);
  RedactionStream stream(redactor);
  std::string out;
  stream.feed("Hello, this is plain text. ", out);
  CHECK(out == "Hello, this is plain text. ");
  CHECK(stream.held() == 0);
  stream.feed("a gh", out);
  CHECK(stream.held() == 2);
  stream.feed("ost story, password: ", out);
  CHECK(stream.held() == 0);
  CHECK(out == "Hello, this is plain text. a ghost story, password: ");
  stream.feed("Tr0ub4", out);
  CHECK(stream.held() == 6);
  stream.feed("dor&3x\n", out);
  CHECK(stream.held() == 0);
  stream.finish(out);
  CHECK(out == "Hello, this is plain text. a ghost story, password: «redacted:password:1»\n");

  out.clear();
  stream.feed("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg", out);
  stream.finish(out);
  CHECK(out == "«redacted:private-key:2»");
}

TEST_CASE("redaction stream: past max_secret_tail it fails closed, in pieces as in one") {
  for (const std::size_t size : {limits::max_secret_tail - 1, limits::max_secret_tail,
                                 limits::max_secret_tail + 1, 3 * limits::max_secret_tail}) {
    // A format that goes on for ever, a value whose quote never comes, a key of very many lines.
    std::string endless = std::string("sk-ant-oat01") + "-";
    while (endless.size() < size) endless += "Ab3dEf6hIj9";
    std::string value = "secret = \"";
    while (value.size() < size) value += "k3J9x7Q2";
    const std::string block = tine::test::private_key(static_cast<int>(size / 65));
    for (const std::string& secret : {endless, value, block}) {
      const std::string text = "begin " + secret + "\nand end\n";
      Redactor redactor(key);
      const std::string whole = redactor.redacted(text);
      CHECK(whole.size() < 80);
      CHECK(whole.substr(0, 6) == "begin ");
      CHECK(whole.find("end\n") != std::string::npos);
      RedactionStream stream(redactor);
      std::string out;
      std::size_t most = 0;
      for (std::size_t at = 0; at < text.size(); at += 100) {
        stream.feed(std::string_view(text).substr(at, 100), out);
        most = std::max(most, stream.held());
      }
      stream.finish(out);
      CHECK(out == whole);
      CHECK(most <= limits::max_secret_tail + limits::max_secret_tail / 8 + 100);
      std::size_t length = 0;
      for (const tine::SecretPlace& place : redactor.find(text)) length += place.length;
      CHECK(length + whole.size() >= text.size());
    }
  }
}

TEST_CASE("redactor: keys in base64, broken into lines of 20 characters") {
  const std::string aws = std::string("AKIA") + "IOSFODNN7ABCDEFG";
  Redactor redactor(key);
  for (const std::string& secret : {aws, github_token('s')}) {
    for (const char* padding : {"", "x", "xy"}) {
      const std::string encoded =
          base64(padding + std::string("user app ") + secret + " port 5432\n");
      for (const std::string between : {"\n", "\r\n", "\n  "}) {
        std::string text;
        for (std::size_t i = 0; i < encoded.size(); i += 20)
          text += (i > 0 ? between : "") + encoded.substr(i, 20);
        const std::string clean = redactor.redacted("data:\n" + text + "\nend\n");
        INFO(text << "\n" << clean);
        CHECK(clean.find("«redacted:") != std::string::npos);
        // The characters that hold the secret alone.
        for (std::size_t i = 16; i + 8 <= (secret.size() + 9) / 3 * 4; ++i) {
          std::string part;
          for (std::size_t k = i; k < i + 8; ++k)
            part += (k % 20 == 0 ? between : "") + encoded.substr(k, 1);
          CHECK(clean.find(part) == std::string::npos);
        }
      }
    }
  }
}
