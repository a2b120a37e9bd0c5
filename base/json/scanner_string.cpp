// The part of the scanner that is inside of strings: escapes, surrogates, UTF-8.

#include <array>
#include <cstdint>

#include "base/json/bytes.h"
#include "base/json/scanner.h"
#include "base/json/utf8.h"

namespace tine::json {
namespace {

/// The value of a hex digit, or 0x100 for what is none.
constexpr auto hex_values = [] {
  std::array<std::uint16_t, 256> values{};
  for (unsigned c = 0; c < 256; ++c) {
    const unsigned letter = c | 0x20U;
    values[c] = static_cast<std::uint16_t>(c >= '0' && c <= '9'             ? c - '0'
                                           : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
                                                                            : 0x100);
  }
  return values;
}();
constexpr unsigned no_hex = 0xFFFFF;

unsigned hex_value(char c) { return hex_values[static_cast<unsigned char>(c)]; }

/// The code unit of the escape at the backslash `p`, which has six bytes; no_hex when that is not
/// its form.
unsigned code_unit(const char* p) {
  const unsigned a = hex_value(p[2]);
  const unsigned b = hex_value(p[3]);
  const unsigned c = hex_value(p[4]);
  const unsigned d = hex_value(p[5]);
  if (p[0] != '\\' || p[1] != 'u' || (a | b | c | d) > 0xF) return no_hex;
  return a << 12U | b << 8U | c << 4U | d;
}

bool is_high(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

bool is_simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    default:
      return false;
  }
}

/// The length of the escape, or pair of escapes, at the backslash `p` when it is good and lies
/// before `end`; else 0.
std::size_t escape_length(const char* p, const char* end) {
  if (end - p < 2) return 0;
  if (is_simple_escape(p[1])) return 2;
  if (end - p < 6) return 0;
  const unsigned unit = code_unit(p);
  if (unit == no_hex || is_low(unit)) return 0;
  if (!is_high(unit)) return 6;
  return end - p >= 12 && is_low(code_unit(p + 6)) ? 12 : 0;
}

}  // namespace

const char* Scanner::scan_string(const char* p, const Piece& piece) {
  const char* const end = piece.end;
  while (p != end) {
    if (state_ == State::string) {
      p = find_special(p, end);
      if (p == end) return end;
      if (*p == '"') {
        if (string_is_key_) {
          if (depth_ == 1) key_ = Range{key_begin_, piece.at(p)};
          state_ = State::colon;
        } else {
          end_value(piece.at(p) + 1);
        }
        return p + 1;
      }
      if (*p == '\\') {
        if (const std::size_t length = escape_length(p, end); length != 0) {
          p += length;
          continue;
        }
      } else if (const char* const next = skip_utf8(p, end); next != p) {
        p = next;
        continue;
      }
    }
    if (!step_string(*p, piece.at(p))) return nullptr;
    ++p;
  }
  return p;
}

bool Scanner::step_string(char c, std::size_t at) {
  const auto byte = static_cast<unsigned char>(c);
  switch (state_) {
    case State::utf8:
      if (byte < utf8_min_ || byte > utf8_max_) return fail(Fault::bad_utf8, at);
      utf8_min_ = 0x80;
      utf8_max_ = 0xBF;
      if (--pending_ == 0) state_ = State::string;
      return true;
    case State::escape:
      if (c != 'u' && !is_simple_escape(c)) return unexpected(c, at) != nullptr;
      state_ = c == 'u' ? State::hex : State::string;
      pending_ = 4;
      code_unit_ = 0;
      return true;
    case State::hex:
      return step_hex(c, at);
    case State::low_backslash:
      if (c != '\\') return fail(Fault::lone_surrogate, at);
      state_ = State::low_u;
      return true;
    case State::low_u:
      if (c != 'u') return fail(Fault::lone_surrogate, at);
      state_ = State::hex;
      pending_ = 4;
      code_unit_ = 0;
      return true;
    default:
      break;
  }
  if (c == '\\') {
    state_ = State::escape;
    return true;
  }
  const Utf8Lead lead = utf8_lead(byte);
  if (lead.length == 0) return unexpected(c, at) != nullptr;
  state_ = State::utf8;
  pending_ = static_cast<std::uint8_t>(lead.length - 1);
  utf8_min_ = lead.min;
  utf8_max_ = lead.max;
  return true;
}

bool Scanner::step_hex(char c, std::size_t at) {
  const unsigned digit = hex_value(c);
  if (digit > 0xF) return unexpected(c, at) != nullptr;
  code_unit_ = static_cast<std::uint16_t>(code_unit_ << 4U | digit);
  if (--pending_ != 0) return true;
  if (is_low(code_unit_) != want_low_) return fail(Fault::lone_surrogate, at);
  want_low_ = is_high(code_unit_);
  state_ = want_low_ ? State::low_backslash : State::string;
  return true;
}

}  // namespace tine::json
