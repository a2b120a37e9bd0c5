// Every sort of secret, in every encoding that tools put it in, cut in two at every byte.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/redactor.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

namespace {

using tine::RedactionStream;
using tine::Redactor;
using tine::test::SecretSample;

#ifdef NDEBUG
constexpr std::size_t split_step = 1;
#else
constexpr std::size_t split_step = 17;
#endif

/// A sample as it stands in the encoded text: `pieces` are the encoded secret, character by
/// character.
struct Encoded {
  std::string text;
  std::vector<std::string> pieces;
};

using Encoding = std::function<Encoded(const SecretSample&)>;
using EncodeChar = std::function<std::string(char, std::size_t)>;

Encoded by_character(const SecretSample& sample, const EncodeChar& encode, bool around = true) {
  Encoded out;
  std::size_t i = 0;
  for (const char c : sample.before) out.text += around ? encode(c, i++) : std::string(1, c);
  for (const char c : sample.secret) {
    out.pieces.push_back(encode(c, i++));
    out.text += out.pieces.back();
  }
  for (const char c : sample.after) out.text += around ? encode(c, i++) : std::string(1, c);
  return out;
}

std::string hex(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {digits[byte >> 4], digits[byte & 15]};
}

std::string json_char(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      return std::string(1, c);
  }
}

Encoded base64(const SecretSample& sample, const std::string& padding) {
  const auto encoded = [](const std::string& bytes) {
    std::string out;
    tine::redact::encode_base64(bytes, out);
    return out;
  };
  Encoded out;
  const std::string text = padding + sample.text();
  out.text = "data: " + encoded(text) + "\n";
  // What of the encoded text holds nothing but the secret.
  const std::size_t begin = (padding + sample.before).size();
  const std::size_t end = begin + sample.secret.size();
  const std::string line = encoded(text);
  for (std::size_t i = (begin * 8 + 5) / 6; i < end * 8 / 6; ++i) {
    out.pieces.emplace_back(1, line[i]);
  }
  return out;
}

Encoded diff(const SecretSample& sample, char sign) {
  Encoded out;
  bool begin = true;
  const auto put = [&](const std::string& text, bool secret) {
    for (const char c : text) {
      std::string piece;
      if (begin) piece += sign;
      piece += c;
      begin = c == '\n';
      out.text += piece;
      if (secret) out.pieces.push_back(piece);
    }
  };
  out.text = "@@ -1,3 +1,3 @@\n";
  put(sample.before, false);
  put(sample.secret, true);
  put(sample.after, false);
  return out;
}

Encoded coloured(const SecretSample& sample) {
  return by_character(
      sample,
      [](char c, std::size_t i) { return (i % 5 == 0 ? "\x1b[1;32m" : "") + std::string(1, c); },
      true);
}

Encoded coloured_once(const SecretSample& sample) {
  const std::size_t middle = sample.before.size() + sample.secret.size() / 2;
  return by_character(
      sample,
      [middle](char c, std::size_t i) {
        return (i == middle ? "\x1b[0m\x1b[K" : "") + std::string(1, c);
      },
      true);
}

/// Whether four characters of the secret in a row, as they were encoded, stand in `out`.
bool leaks(const Encoded& encoded, std::string_view out) {
  constexpr std::size_t few = 4;
  for (std::size_t i = 0; i + few <= encoded.pieces.size(); ++i) {
    std::string part;
    for (std::size_t j = i; j < i + few; ++j) part += encoded.pieces[j];
    if (part.find_first_not_of("-+ \n") == std::string::npos) continue;
    if (out.find(part) != std::string_view::npos) return true;
  }
  return false;
}

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
