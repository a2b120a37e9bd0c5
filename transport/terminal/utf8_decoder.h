#pragma once
// Makes characters of UTF-8 that comes in pieces, cut anywhere. What is malformed becomes U+FFFD,
// one for each longest beginning of a character, as the Unicode standard recommends.
//
// A value; it keeps the beginning of a character that was cut.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json/utf8.h"

namespace tine::transport {

class Utf8Decoder {
 public:
  static constexpr char32_t replacement = 0xFFFD;

  /// Calls `take(char32_t)` for each character.
  template <class Take>
  void feed(std::string_view bytes, Take&& take) {
    for (const char each : bytes) feed_byte(static_cast<unsigned char>(each), take);
  }

 private:
  template <class Take>
  void feed_byte(unsigned char byte, Take& take) {
    if (missing_ > 0) {
      if (byte >= min_ && byte <= max_) {
        character_ = character_ << 6U | (byte & 0x3FU);
        min_ = json::Utf8Lead().min;
        max_ = json::Utf8Lead().max;
        if (--missing_ == 0) take(character_);
        return;
      }
      missing_ = 0;
      take(replacement);
    }
    if (byte < 0x80) return take(char32_t{byte});
    const json::Utf8Lead lead = json::utf8_lead(byte);
    if (lead.length == 0) return take(replacement);
    missing_ = static_cast<std::uint8_t>(lead.length - 1);
    min_ = lead.min;
    max_ = lead.max;
    character_ = byte & (0x7FU >> lead.length);
  }

  char32_t character_ = 0;    // as far as it has come
  std::uint8_t missing_ = 0;  // bytes of it
  std::uint8_t min_ = 0;      // of the next byte
  std::uint8_t max_ = 0;
};

/// Appends a character as UTF-8; what is none becomes U+FFFD.
inline void append_utf8(char32_t character, std::string& out) {
  const auto continuation = [character](unsigned shift) {
    return static_cast<char>(0x80U | (character >> shift & 0x3FU));
  };
  const bool is_none = character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF);
  if (is_none) return append_utf8(Utf8Decoder::replacement, out);
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0U | character >> 6U);
    out += continuation(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0U | character >> 12U);
    out += continuation(6);
    out += continuation(0);
  } else {
    out += static_cast<char>(0xF0U | character >> 18U);
    out += continuation(12);
    out += continuation(6);
    out += continuation(0);
  }
}

}  // namespace tine::transport
