#include "base/json/view.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/handled.h"
#include "base/json/bytes.h"
#include "base/json/long_values.h"

namespace tine::json {
namespace {

/// The place behind the value that begins at `p`. The text was accepted, so only its shape is
/// looked at.
const char* skip_shape(const char* p, const char* end) {
  if (p == end) return end;
  if (*p == '"') {
    p = find_string_end(p + 1, end);
    return p == end ? end : p + 1;
  }
  if (*p != '{' && *p != '[') {
    // With the blanks behind it, which a View drops.
    while (p != end && *p != ',' && *p != '}' && *p != ']') ++p;
    return p;
  }
  std::size_t depth = 0;
  while (p != end) {
    p = find_structure(p, end);
    if (p == end) return end;
    if (*p == '"') {
      p = find_string_end(p + 1, end);
      if (p == end) return end;
    } else if (*p == '{' || *p == '[') {
      ++depth;
    } else if (--depth == 0) {
      return p + 1;
    }
    ++p;
  }
  return end;
}

/// Apart from the short ones, which are nearly all: theirs is the path that must be short.
[[gnu::noinline]] const char* skip_in_long_text(const char* p, const char* end) {
  if (const char* const known = LongValues::end_of(p)) return known;
  const char* const behind = skip_shape(p, end);
  count_handled(static_cast<std::size_t>(behind - p));
  return behind;
}

const char* skip_value(const char* p, const char* end) {
  if (static_cast<std::size_t>(end - p) >= LongValues::shortest) return skip_in_long_text(p, end);
  const char* const behind = skip_shape(p, end);
  count_handled(static_cast<std::size_t>(behind - p));
  return behind;
}

/// Writes `code` at `to` and gives the place behind it.
char* put_utf8(unsigned code, char* to) {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
    return to;
  }
  if (code < 0x800) {
    *to++ = static_cast<char>(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      *to++ = static_cast<char>(0xE0U | code >> 12U);
    } else {
      *to++ = static_cast<char>(0xF0U | code >> 18U);
      *to++ = static_cast<char>(0x80U | (code >> 12U & 0x3FU));
    }
    *to++ = static_cast<char>(0x80U | (code >> 6U & 0x3FU));
  }
  *to++ = static_cast<char>(0x80U | (code & 0x3FU));
  return to;
}

unsigned hex4(const char* p) {
  unsigned code = 0;
  std::from_chars(p, p + 4, code, 16);
  return code;
}

}  // namespace

std::string_view name_of(Type type) {
  switch (type) {
    case Type::none:
      return "nothing";
    case Type::null:
      return "null";
    case Type::boolean:
      return "boolean";
    case Type::number:
      return "number";
    case Type::string:
      return "string";
    case Type::array:
      return "array";
    case Type::object:
      return "object";
  }
  return "nothing";
}

void unescape(std::string_view escaped, std::string& out) {
  count_handled(escaped.size());
  const char* p = escaped.data();
  const char* const end = p + escaped.size();
  const char* next = find_quote_or_backslash(p, end);
  if (next == end) {  // most text
    out.append(escaped);
    return;
  }
  // Decoding never makes a text longer, so there is room for all of it once and for good.
  const std::size_t used = out.size();
  out.resize(used + escaped.size());
  char* to = out.data() + used;
  for (;; next = find_quote_or_backslash(p, end)) {
    to = std::copy(p, next, to);
    if (end - next < 2) break;
    p = next + 2;
    switch (next[1]) {
      case 'b':
        *to++ = '\b';
        break;
      case 'f':
        *to++ = '\f';
        break;
      case 'n':
        *to++ = '\n';
        break;
      case 'r':
        *to++ = '\r';
        break;
      case 't':
        *to++ = '\t';
        break;
      case 'u': {
        if (end - p < 4) break;
        unsigned code = hex4(p);
        p += 4;
        if (code >= 0xD800 && code <= 0xDBFF && end - p >= 6) {
          code = 0x10000 + ((code - 0xD800) << 10U) + (hex4(p + 2) - 0xDC00);
          p += 6;
        }
        to = put_utf8(code, to);
        break;
      }
      default:
        *to++ = next[1];
        break;
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

View::View(std::string_view text) : text_(text) {
  while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
  while (!text_.empty() && is_space(text_.back())) text_.remove_suffix(1);
}

Type View::type() const {
  if (text_.empty()) return Type::none;
  switch (text_.front()) {
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return Type::number;
  }
}

std::optional<bool> View::boolean() const {
  if (type() != Type::boolean) return std::nullopt;
  return text_.front() == 't';
}

std::optional<std::int64_t> View::integer() const {
  if (type() != Type::number) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text_.data() + text_.size();
  const auto [rest, fault] = std::from_chars(text_.data(), end, value);
  if (fault != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<double> View::number() const {
  if (type() != Type::number) return std::nullopt;
  double value = 0;
  const char* const end = text_.data() + text_.size();
  const auto [rest, fault] = std::from_chars(text_.data(), end, value);
  if (rest != end) return std::nullopt;
  if (fault == std::errc::result_out_of_range) {
    // Too large, or so small that it is zero: from_chars does not tell which.
    value = std::strtod(std::string(text_).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
  }
  return value;
}

std::string_view View::escaped() const {
  if (type() != Type::string || text_.size() < 2) return {};
  return text_.substr(1, text_.size() - 2);
}

std::optional<std::string> View::string() const {
  if (type() != Type::string) return std::nullopt;
  std::string out;
  unescape(escaped(), out);
  return out;
}

bool View::equals(std::string_view text) const {
  if (type() != Type::string) return false;
  const std::string_view inside = escaped();
  const auto is_plain = [inside] { return inside.find('\\') == std::string_view::npos; };
  // An escape is longer than what it stands for.
  if (inside.size() <= text.size()) return inside == text && is_plain();
  if (is_plain()) return false;
  std::string decoded;
  unescape(inside, decoded);
  return decoded == text;
}

View View::find(std::string_view key) const {
  View found;
  for (const Member& member : members()) {
    if (member.key.equals(key)) found = member.value;
  }
  return found;
}

View::Members View::members() const {
  return Members(is_object() ? text_.substr(1, text_.size() - 2) : std::string_view());
}

View::Elements View::elements() const {
  return Elements(is_array() ? text_.substr(1, text_.size() - 2) : std::string_view());
}

void View::Members::Iterator::advance() {
  p_ = skip_space(p_, end_);
  if (p_ != end_ && *p_ == ',') p_ = skip_space(p_ + 1, end_);
  if (p_ == end_) {
    over_ = true;
    return;
  }
  const char* const key_end = skip_value(p_, end_);
  member_.key = View({p_, static_cast<std::size_t>(key_end - p_)});
  p_ = skip_space(key_end, end_);
  if (p_ != end_) p_ = skip_space(p_ + 1, end_);  // the colon
  const char* const value_end = skip_value(p_, end_);
  member_.value = View({p_, static_cast<std::size_t>(value_end - p_)});
  over_ = value_end == p_;
  p_ = value_end;
}

void View::Elements::Iterator::advance() {
  p_ = skip_space(p_, end_);
  if (p_ != end_ && *p_ == ',') p_ = skip_space(p_ + 1, end_);
  if (p_ == end_) {
    over_ = true;
    return;
  }
  const char* const value_end = skip_value(p_, end_);
  value_ = View({p_, static_cast<std::size_t>(value_end - p_)});
  over_ = value_end == p_;
  p_ = value_end;
}

View Walk::value() {
  const char* const begin = p_;
  p_ = skip_value(p_, end_);
  return from(begin);
}

View Walk::enter() {
  if (p_ == end_ || *p_ != '{') {
    value();
    return {};
  }
  ++p_;
  return key();
}

View Walk::next() {
  p_ = skip_space(p_, end_);
  if (p_ != end_ && *p_ == ',') ++p_;
  return key();
}

View Walk::key() {
  p_ = skip_space(p_, end_);
  if (p_ == end_) return {};
  if (*p_ == '}') {
    ++p_;
    return {};
  }
  const View key = value();
  p_ = skip_space(p_, end_);
  if (p_ != end_) p_ = skip_space(p_ + 1, end_);  // the colon
  return key;
}

std::string text_in(View object, std::string_view key) {
  return object.find(key).string().value_or(std::string());
}

std::optional<std::uint64_t> count_in(View object, std::string_view key) {
  const auto value = object.find(key).integer();
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace tine::json
