// However hostile a text is to a rule, the work grows as its length does: counted in bytes that are
// looked at, not in time.

#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/redactor.h"
#include "base/redact/shapes.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

namespace {

using tine::Redactor;

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  text.resize(size);
  return text;
}

std::string base64(std::string_view text) {
  std::string out;
  tine::redact::encode_base64(text, out);
  return out;
}

#ifdef NDEBUG
constexpr std::size_t step = 1;
#else
constexpr std::size_t step = 11;
#endif

/// What each rule begins with, in the orders that make it begin most often and end latest.
std::vector<std::string> hostile_parts() {
  // Apart from the names, so that no scanner takes this file for a leak.
  const std::string value = "k7Qz9wLm2XcV4bNt";
  std::vector<std::string> parts = {
      "cookie:=",
      "cookie:a=",
      "Cookie: " + value + "=",
      "set-cookie:x;",
      "Cookie: a=" + value + "; ",
      "password:",
      "password=",
      "password:=",
      "password=\"",
      "token:k7Qz9w",
      "token:" + value,
      "token='" + value + "token=\"",
      "key:",
      "key=k7Qz9w",
      "a_key:b,c_key:d;",
      "token=a,a,a,a&",
      "--token ",
      "--token=",
      "--token--",
      "--password " + value,
      "authorization:",
      "authorization: " + value + " ",
      "authorization:" + value,
      "Bearer ",
      "Bearer k7Qz9w",
      "bearer bearer ",
      "a://b:c@",
      "a://",
      "a://b@c:",
      "://u:p@h/",
      "https://u:k7Qz",
      "\\",
      "\\\\n",
      "\\u00",
      "\\ud83d",
      "\\ud83d\\",
      "%",
      "%41",
      "%4",
      "\x1b",
      "\x1b[",
      "\x1b[0;",
      "\x1b]",
      "\x1b]0;a",
      "\x1b[31m",
      "-----BEGIN",
      "-----BEGIN RSA PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\n",
      "-----BEGIN PRIVATE KEY-----: \n",
      "-----BEGIN PRIVATE KEY-----a: b\n\n",
      "-----BEGIN PRIVATE KEY-----,",
      "-----END",
      "--",
      "-",
      "+",
      "/",
      "A",
      "a",
      "0",
      "a0",
      "ab.",
      "a:A",
      "1:A",
      "=",
      ":",
      "\"",
      "'",
      "\"a\":",
      "{\"name\":",
      "{\"name\":\"a_token\",\"value\":\"",
      "\"auth\":\"",
      "sig=",
      "&sig=k7Qz",
      "_auth=",
      "curl -u a:b ",
      "-u a:b",
      "jdbc:oracle:thin:a/b",
      "AWS Secret Access Key [None]: ",
      "AWS Secret Access Key [",
      "\n",
      "\n+",
      "\n ",
      "\r\n",
      "token: \n",
      "\xc2\xab",
      "\xc2\xabredacted:",
      "ICAgICAgICAgICAg",
      "YWFh",
      "{",
      "[",
      "(",
      "<",
      "$",
      "${",
      "x",
      "xxxxxx",
      "sk-ant-oat01-xxxxxx",
      "eyJ",
      "eyJ.",
      "-eyJ",
      "eyJa.b",
      "MIIEpAIBAAKCAQEA\n",
  };
  const auto shapes = tine::redact::shapes();
  for (std::size_t i = 0; i < shapes.size(); i += step) {
    const std::string prefix(shapes[i].prefix);
    parts.push_back(prefix);
    parts.push_back("-" + prefix);
    parts.push_back(prefix + "a0.");
  }
  const std::vector<tine::test::SecretSample> samples = tine::test::context_samples();
  for (std::size_t i = 0; i < samples.size(); i += step) {
    const tine::test::SecretSample& sample = samples[i];
    parts.push_back(sample.before);
    parts.push_back(sample.before + sample.secret.substr(0, sample.secret.size() / 2));
    parts.push_back(sample.text());
  }
  const std::size_t plain = parts.size();
  for (std::size_t i = 0; i < plain; i += 5)
    parts.push_back(base64(parts[i] + parts[i] + parts[i]));
  return parts;
}

/// How many bytes are looked at for each byte of the text.
double work(Redactor& redactor, const std::string& text) {
  const std::uint64_t before = redactor.examined();
  (void)redactor.find(text);
  return static_cast<double>(redactor.examined() - before) / static_cast<double>(text.size());
}

}  // namespace

TEST_CASE("redaction: the work is linear, whatever the text") {
  // Beyond max_secret_tail, behind which nothing is looked for.
  constexpr std::size_t size = std::size_t{20} * 1024;
  constexpr double most = 150;
  Redactor redactor(Redactor::Key{});
  for (const std::string& part : hostile_parts()) {
    if (part.empty()) continue;
    const double once = work(redactor, repeated(part, size));
    INFO(part << ": " << once << " bytes for each");
    CHECK(once <= most);
    if (once <= 30) continue;
    CHECK(work(redactor, repeated(part, 2 * size)) <= 1.3 * once);
  }
}
