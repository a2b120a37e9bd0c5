#pragma once
// The encodings that tools put texts in, for the tests of whatever must not let a secret through.
//
// Plain functions.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "tests/redact/samples.h"

namespace tine::test {

/// A sample as it stands in the encoded text: `pieces` are the encoded secret, character by
/// character.
struct Encoded {
  std::string text;
  std::vector<std::string> pieces;
};

using Encoding = std::function<Encoded(const SecretSample&)>;
using EncodeChar = std::function<std::string(char, std::size_t)>;

inline Encoded by_character(const SecretSample& sample, const EncodeChar& encode,
                            bool around = true) {
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

inline std::string hex(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {digits[byte >> 4], digits[byte & 15]};
}

inline std::string json_char(char c) {
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

inline Encoded base64(const SecretSample& sample, const std::string& padding) {
  const auto encoded = [](const std::string& bytes) {
    std::string out;
    redact::encode_base64(bytes, out);
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

inline Encoded diff(const SecretSample& sample, char sign) {
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

inline Encoded coloured(const SecretSample& sample) {
  return by_character(
      sample,
      [](char c, std::size_t i) { return (i % 5 == 0 ? "\x1b[1;32m" : "") + std::string(1, c); },
      true);
}

inline Encoded coloured_once(const SecretSample& sample) {
  const std::size_t middle = sample.before.size() + sample.secret.size() / 2;
  return by_character(
      sample,
      [middle](char c, std::size_t i) {
        return (i == middle ? "\x1b[0m\x1b[K" : "") + std::string(1, c);
      },
      true);
}

/// Whether so many characters of the secret in a row, as they were encoded, stand in `out`.
inline bool leaks(const Encoded& encoded, std::string_view out, std::size_t few = 4) {
  for (std::size_t i = 0; i + few <= encoded.pieces.size(); ++i) {
    std::string part;
    for (std::size_t j = i; j < i + few; ++j) part += encoded.pieces[j];
    if (part.find_first_not_of("-+ \n") == std::string::npos) continue;
    if (out.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace tine::test
