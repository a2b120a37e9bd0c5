#include "base/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/json/bytes.h"

namespace tine::json {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view hex = "0123456789abcdef";

/// The length of the well-formed UTF-8 sequence at `p`, or 0.
std::size_t utf8_length(const char* p, const char* end) {
  const auto byte = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
  const auto room = static_cast<std::size_t>(end - p);
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (length == 0 || room < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

void escape(std::string_view text, std::string& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    const char* const next = find_special(p, end);
    out.append(p, next);
    if (next == end) return;
    p = next + 1;
    const auto c = static_cast<unsigned char>(*next);
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\b': out.append("\\b"); break;
      case '\f': out.append("\\f"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default:
        if (c < 0x20) {
          out.append("\\u00");
          out.push_back(hex[c >> 4U]);
          out.push_back(hex[c & 0xFU]);
        } else if (const std::size_t length = utf8_length(next, end); length != 0) {
          out.append(next, length);
          p = next + length;
        } else {
          out.append(replacement);
        }
    }
  }
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  escape(text, out);
  out.push_back('"');
  return out;
}

void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (used_[depth_]) out_.push_back(',');
  used_[depth_] = depth_ != 0;
}

Writer& Writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  if (depth_ < limits::max_json_depth) ++depth_;
  used_[depth_] = false;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_.push_back(bracket);
  if (depth_ > 0) --depth_;
  return *this;
}

Writer& Writer::token(std::string_view text) {
  separate();
  out_.append(text);
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  out_.push_back('"');
  escape(name, out_);
  out_.append("\":");
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  out_.push_back('"');
  escape(text, out_);
  out_.push_back('"');
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return token({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Writer& Writer::unsigned_integer(std::uint64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return token({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return token({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Writer& Writer::raw_members(std::string_view members) {
  if (members.empty()) return *this;
  return token(members);
}

}  // namespace tine::json
