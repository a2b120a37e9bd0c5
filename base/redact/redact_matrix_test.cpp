// Every sort of secret, in every encoding that tools put it in, cut in two at every byte.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/redactor.h"
#include "tests/catch.h"
#include "tests/redact/encodings.h"
#include "tests/redact/samples.h"

namespace {

using tine::RedactionStream;
using tine::Redactor;
using namespace tine::test;

#ifdef NDEBUG
constexpr std::size_t split_step = 1;
#else
constexpr std::size_t split_step = 17;
#endif

void check(const Encoding& encoding) {
  for (const SecretSample& sample : tine::test::secret_samples()) {
    const Encoded encoded = encoding(sample);
    Redactor redactor(Redactor::Key{1, 2, 3});
    const std::string whole = redactor.redacted(encoded.text);
    const std::string marker = "«redacted:" + sample.kind + ":1»";
    INFO(encoded.text);
    INFO(whole);
    const std::size_t at = whole.find(marker);
    CHECK(at != std::string::npos);
    if (at == std::string::npos) continue;
    CHECK_FALSE(leaks(encoded, whole.substr(0, at) + " " + whole.substr(at + marker.size())));
    std::size_t different = 0;
    for (std::size_t split = 0; split <= encoded.text.size(); split += split_step) {
      RedactionStream stream(redactor);
      std::string out;
      stream.feed(std::string_view(encoded.text).substr(0, split), out);
      stream.feed(std::string_view(encoded.text).substr(split), out);
      stream.finish(out);
      if (out != whole) ++different;
    }
    CHECK(different == 0);
  }
}

}  // namespace

TEST_CASE("redaction: plain secrets, split anywhere, nothing else is touched") {
  for (const SecretSample& sample : tine::test::secret_samples()) {
    Redactor redactor(Redactor::Key{1, 2, 3});
    CHECK(redactor.redacted(sample.text()) ==
          sample.before + "«redacted:" + sample.kind + ":1»" + sample.after);
  }
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return std::string(1, c); });
  });
}

TEST_CASE("redaction: secrets in JSON escapes, split anywhere") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return "\\u00" + hex(c); });
  });
  check([](const SecretSample& sample) {
    return by_character(
        sample, [](char c, std::size_t i) { return i % 3 == 0 ? "\\u00" + hex(c) : json_char(c); });
  });
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return json_char(c); });
  });
}

TEST_CASE("redaction: secrets in JSON in JSON, split anywhere") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) {
      std::string out;
      for (const char once : json_char(c)) out += json_char(once);
      return out;
    });
  });
}

TEST_CASE("redaction: percent-encoded secrets, split anywhere") {
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) { return "%" + hex(c); });
  });
  check([](const SecretSample& sample) {
    return by_character(sample, [](char c, std::size_t) {
      return tine::redact::in(c, tine::redact::sets::word | tine::redact::sets::dot)
                 ? std::string(1, c)
                 : "%" + hex(c);
    });
  });
}

TEST_CASE("redaction: secrets in a line of base64, split anywhere") {
  for (const char* padding : {"", "x", "xy"}) {
    check([padding](const SecretSample& sample) { return base64(sample, padding); });
  }
}

TEST_CASE("redaction: secrets in a diff, split anywhere") {
  for (const char sign : {'+', '-', ' '}) {
    check([sign](const SecretSample& sample) { return diff(sample, sign); });
  }
}

TEST_CASE("redaction: secrets with colours in the middle, split anywhere") {
  check(coloured);
  check(coloured_once);
}
