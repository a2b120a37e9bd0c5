#include "base/ulid.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tine {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t length = 26;

/// What the 48 bits of a ULID can tell.
constexpr std::int64_t latest_ms = (std::int64_t{1} << 48) - 1;

constexpr std::int64_t year_0 = -62167219200000;
constexpr std::int64_t year_9999_end = 253402300799999;

}  // namespace

std::string UlidSource::next() {
  const std::int64_t now = std::clamp<std::int64_t>(env_.wall_ms(), 0, latest_ms);
  if (now > last_ms_) {
    last_ms_ = now;
    env_.random(entropy_);
  } else {
    // Same millisecond, or the clock went back: count on from the last one. A full turn of 80 bits
    // moves on to the next millisecond, so the order holds in any case.
    std::size_t i = entropy_.size();
    while (i > 0 && ++entropy_[--i] == 0) {
      if (i == 0) ++last_ms_;
    }
  }
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(last_ms_ >> (40 - 8 * static_cast<int>(i)) & 0xFF);
  }
  std::copy(entropy_.begin(), entropy_.end(), bytes.begin() + 6);
  // 128 bits as 26 digits of 5 bits: the first digit holds the topmost 3.
  std::string out(length, '0');
  unsigned buffer = 0;
  int bits = 2;  // 130 - 128 bits of padding in front
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = buffer << 8U | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at++] = alphabet[buffer >> static_cast<unsigned>(bits) & 31U];
    }
    buffer &= (1U << static_cast<unsigned>(bits)) - 1U;
  }
  return out;
}

bool is_ulid(std::string_view text) {
  return text.size() == length && text.front() <= '7' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return alphabet.find(c) != std::string_view::npos; });
}

std::optional<std::string> ulid_prefix(std::string_view typed) {
  if (typed.empty() || typed.size() > length) return std::nullopt;
  std::string out;
  for (char c : typed) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    if (alphabet.find(c) == std::string_view::npos) return std::nullopt;
    out.push_back(c);
  }
  if (out.front() > '7') return std::nullopt;  // more than 128 bits
  return out;
}

std::string rfc3339(std::int64_t wall_ms) {
  wall_ms = std::clamp(wall_ms, year_0, year_9999_end);
  const std::int64_t ms = (wall_ms % 1000 + 1000) % 1000;
  const std::time_t seconds = static_cast<std::time_t>((wall_ms - ms) / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const int written =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                    parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                    parts.tm_min, parts.tm_sec, static_cast<int>(ms));
  return {text.data(), static_cast<std::size_t>(written)};
}

std::string day_of(std::int64_t wall_ms) { return rfc3339(wall_ms).substr(0, 10); }

std::optional<std::int64_t> wall_ms_of(std::string_view rfc3339) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (rfc3339.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool is_digit = rfc3339[i] >= '0' && rfc3339[i] <= '9';
    if (form[i] == '0' ? !is_digit : rfc3339[i] != form[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (rfc3339[i] - '0');
    return value;
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(5, 2) - 1;
  parts.tm_mday = number(8, 2);
  parts.tm_hour = number(11, 2);
  parts.tm_min = number(14, 2);
  parts.tm_sec = number(17, 2);
  const std::int64_t wall_ms = std::int64_t{timegm(&parts)} * 1000 + number(20, 3);
  if (tine::rfc3339(wall_ms) != rfc3339) return std::nullopt;
  return wall_ms;
}

}  // namespace tine
