// Streams: what comes out does not depend on where the pieces end, little is held back, and what is
// too long to be held back is not let out.

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/limits.h"
#include "base/redact/redactor.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

namespace {

using tine::RedactionStream;
using tine::Redactor;
namespace limits = tine::limits;

#ifdef NDEBUG
constexpr int rounds = 400;
#else
constexpr int rounds = 40;
#endif

std::string in_pieces(Redactor& redactor, std::string_view text, std::size_t size) {
  RedactionStream stream(redactor);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) stream.feed(text.substr(at, size), out);
  stream.finish(out);
  return out;
}

/// Texts of what secrets, names and encodings are made of, in no order.
class Soup {
 public:
  explicit Soup(unsigned seed) : random_(seed) {
    for (const tine::test::SecretSample& sample : tine::test::secret_samples()) {
      parts_.push_back(sample.secret);
      parts_.push_back(sample.before);
      parts_.push_back(sample.text());
      parts_.push_back(sample.secret.substr(0, sample.secret.size() / 2));
    }
    for (const char* part : {"\n",          " ",
                             "\"",          "'",
                             "=",           ": ",
                             "://",         "@",
                             "\\",          "\\u00",
                             "%",           "\x1b[31m",
                             "\x1b",        "-----",
                             "--",          "+",
                             "\n+",         "\n-",
                             "\n ",         "password",
                             "token=",      "key: ",
                             ".",           "eyJ",
                             "Bearer ",     "Cookie: a=",
                             "; ",          ",",
                             "&b=",         "\\n",
                             "\\\"",        "%0a",
                             "\xc3\xa9",    "word",
                             "A",           "0123",
                             "https://u:",  "-----END RSA PRIVATE KEY-----",
                             "\\\\",        "T3BlbkFJ",
                             "\r\n",        "known-value-\\x41%42\"q\"",
                             "known-value-"}) {
      for (int i = 0; i < 6; ++i) parts_.emplace_back(part);
    }
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string serve() {
    std::string text;
    for (std::size_t count = 1 + below(24); count > 0; --count) {
      std::string part = parts_[below(parts_.size())];
      switch (below(12)) {
        case 0: {
          std::string encoded;
          tine::redact::encode_base64(text.substr(text.size() / 2) + part, encoded);
          if (below(2) == 0) {
            for (std::size_t at = 64; at < encoded.size(); at += 65) encoded.insert(at, "\n");
          }
          part = std::move(encoded);
          break;
        }
        case 1:
          part = percent(part);
          break;
        case 2:
          part = part.substr(0, below(part.size() + 1));
          break;
        case 3:
          text.resize(text.size() - below(std::min<std::size_t>(text.size(), 8) + 1));
          break;
        case 4:
          text.insert(below(text.size() + 1), part);
          break;
        case 5:
          part = escape(part);
          break;
        case 6:
          part.insert(below(part.size() + 1), "\x1b[0m");
          break;
        default:
          break;
      }
      text += part;
    }
    return text;
  }

 private:
  static constexpr std::string_view digits = "0123456789abcdef";

  static std::string percent(std::string_view text) {
    std::string out;
    for (const char c : text) {
      out += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
    }
    return out;
  }

  std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (below(3) == 0) {
        out += "\\u00";
        out += {digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
      } else {
        out += c;
      }
    }
    return out;
  }

  std::mt19937 random_;
  std::vector<std::string> parts_;
};

}  // namespace

TEST_CASE("redaction: the pieces of a stream make no difference") {
  const char* more = std::getenv("TINE_REDACT_ROUNDS");
  const char* seed = std::getenv("TINE_REDACT_SEED");
  Soup soup(seed ? static_cast<unsigned>(std::atoi(seed)) : 20260131u);
  for (int round = more ? std::atoi(more) : rounds; round > 0; --round) {
    const std::string text = soup.serve();
    Redactor redactor(Redactor::Key{});
    const tine::KnownSecret known = redactor.know("known-value-\\x41%42\"q\"");
    const std::string whole = redactor.redacted(text);
    INFO(text);
    for (const std::size_t size : {std::size_t{1}, 1 + soup.below(9), 1 + soup.below(200)}) {
      const std::string pieces = in_pieces(redactor, text, size);
      if (pieces != whole) {
        INFO(size);
        REQUIRE(pieces == whole);
      }
    }
    RedactionStream stream(redactor);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + soup.below(100);
      stream.feed(std::string_view(text).substr(at, size), out);
      at += size;
    }
    stream.finish(out);
    REQUIRE(out == whole);
  }
}
