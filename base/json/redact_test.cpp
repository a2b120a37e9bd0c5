#include "base/json/redact.h"

#include "base/handled.h"
#include "base/json/scanner.h"
#include "base/json/view.h"
#include "tests/catch.h"

using tine::Redactor;
using tine::json::redacted;

namespace {

/// In two parts, so that no scanner of code takes it for a real one.
const char* const prefix = "ghp_";
const char* const body = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6";

bool is_json(const std::string& text) {
  tine::json::Scanner scanner;
  return scanner.feed(text) && scanner.finish();
}

}  // namespace

TEST_CASE("clean JSON stays as it is, byte for byte") {
  Redactor redactor({});
  const std::string text = R"( {"a" : "b\u0041\/", "n": [1.50, null, "\"x\\"], "e":""} )";
  CHECK(redacted(text, redactor) == text);
}

TEST_CASE("a secret in a JSON string is seen through its escapes") {
  Redactor redactor({});
  std::string escaped = "\\u0067";
  escaped += std::string(prefix + 1) + body;
  const std::string text = R"({"text":"token )" + escaped + R"( \n end"})";
  const std::string clean = redacted(text, redactor);
  CHECK(clean.find(body) == std::string::npos);
  REQUIRE(is_json(clean));
  const auto read = tine::json::View(clean).find("text").string();
  REQUIRE(read);
  CHECK(read->starts_with("token \xC2\xABredacted:"));
  CHECK(read->ends_with(" \n end"));
}

TEST_CASE("a value that only its name gives away is redacted, names and other values are not") {
  Redactor redactor({});
  const std::string value = "kR7vQ2xLm9Tz4Wb8Yn3c";
  const std::string text =
      R"({"db_password":")" + value + R"(","other":")" + value.substr(0, 6) + R"("})";
  const std::string clean = redacted(text, redactor);
  CHECK(clean.find(value) == std::string::npos);
  REQUIRE(is_json(clean));
  CHECK(tine::json::View(clean).find("other").string() == value.substr(0, 6));
  CHECK(tine::json::View(clean).find("db_password").exists());
}

TEST_CASE("JSON that is read in slices comes out as in one piece") {
  const std::string secret = std::string(prefix) + body;
  std::string text = "plain \\ud83d\\ude00\\n \\\"quoted\\\" ";
  while (text.size() < 3 * tine::limits::redaction_window) text += text;
  std::string escapes;
  while (escapes.size() < 2 * tine::limits::redaction_window) escapes += "\\ud83d\\ude00\\\\";
  const std::string json = R"({"clean":")" + text + R"(","dirty":")" + text + secret + " " + text +
                           R"(","escapes":")" + escapes + R"(","password":")" + secret + text +
                           R"(","short":"\u0041 )" + secret + R"("})";
  std::string whole;
  {
    Redactor redactor({});
    whole = redacted(json, redactor);
  }
  REQUIRE(is_json(whole));
  CHECK(whole.starts_with(R"({"clean":")" + text + R"(","dirty":")"));
  CHECK(whole.find(body) == std::string::npos);
  CHECK(whole.find(escapes) != std::string::npos);
  for (const std::size_t slice :
       {std::size_t{777}, std::size_t{1000}, std::size_t{4099}, tine::limits::redaction_window}) {
    Redactor redactor({});
    tine::json::Redaction redaction(json, redactor);
    std::size_t slices = 1;
    while (redaction.read(slice)) ++slices;
    CHECK(redaction.take() == whole);
    CHECK(slices >= json.size() / (2 * slice + tine::limits::redaction_window));
  }
}

TEST_CASE("characters are whole however the output of a long string is cut") {
  const std::string secret = std::string(prefix) + body;
  std::string text = secret;
  while (text.size() < 3 * tine::limits::redaction_window) text += " \xF0\x9F\x98\x80\xC3\xA9";
  const std::string json = "[\"" + text + "\"]";
  for (std::size_t slice = 1000; slice < 1016; ++slice) {
    Redactor redactor({});
    tine::json::Redaction redaction(json, redactor);
    while (redaction.read(slice)) continue;
    CHECK(redaction.has_found());
    const std::string clean = redaction.take();
    CHECK(clean.find("\xEF\xBF\xBD") == std::string::npos);
    CHECK(clean.ends_with(text.substr(secret.size()) + "\"]"));
  }
}

TEST_CASE("no slice of a long text handles many times its bytes") {
  const std::string secret = std::string(prefix) + body;
  constexpr std::size_t bytes = 40 * tine::limits::redaction_window;
  const auto repeated = [](std::string_view what) {
    std::string text;
    while (text.size() < bytes) text += what;
    return text;
  };
  const std::string end = R"( )" + secret + R"(","b":"c"]})";
  for (const std::string& json :
       {R"({"a":[")" + repeated("plain text, and more of it ") + end,
        R"({"a":[")" + repeated("plain text, and more of it ") + R"(","b":"c"]})",
        R"({"a":[")" + secret + " " + repeated("\\\"\\u0041") + end,
        R"({"a":[")" + repeated("cookie:=") + end, R"({"a":[")" + repeated(R"(x","y":")") + end,
        R"({"a":[1)" + repeated(",[2]") + R"(,")" + end,
        R"({"a" )" + repeated("  ") + R"(:[")" + end}) {
    INFO(json.substr(0, 40));
    Redactor redactor({});
    tine::json::Redaction redaction(json, redactor);
    std::uint64_t most = 0;
    for (bool more = true; more;) {
      const std::uint64_t before = tine::bytes_handled();
      more = redaction.read();
      most = std::max(most, tine::bytes_handled() - before);
    }
    // A slice of two windows, each byte as often as it is looked at, and the end that is held back.
    CHECK(most <= 32 * tine::limits::redaction_window);
    CHECK(redaction.take().find(body) == std::string::npos);
  }
}
