#include "base/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/handled.h"
#include "base/json/bytes.h"
#include "base/json/utf8.h"

namespace tine::json {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// What stands for a byte in a string; as wide as one store, of which `size` bytes count.
struct Escape {
  std::array<char, 8> text{};
  std::size_t size = 0;
};

/// By byte, up to the backslash, which is the last that needs one.
constexpr auto escapes = [] {
  constexpr std::string_view hex = "0123456789abcdef";
  std::array<Escape, '\\' + 1> table{};
  for (std::size_t c = 0; c < 0x20; ++c) {
    table[c] = {{'\\', 'u', '0', '0', hex[c >> 4U], hex[c & 0xFU]}, 6};
  }
  table['"'] = {{'\\', '"'}, 2};
  table['\\'] = {{'\\', '\\'}, 2};
  table['\b'] = {{'\\', 'b'}, 2};
  table['\f'] = {{'\\', 'f'}, 2};
  table['\n'] = {{'\\', 'n'}, 2};
  table['\r'] = {{'\\', 'r'}, 2};
  table['\t'] = {{'\\', 't'}, 2};
  return table;
}();

const Escape not_utf8 = {{replacement[0], replacement[1], replacement[2]}, replacement.size()};

/// The first byte that cannot be copied as it is.
const char* find_escaped(const char* p, const char* end) {
  for (;;) {
    p = find_special(p, end);
    const char* const next = skip_utf8(p, end);
    if (next == p) return p;
    p = next;
  }
}

}  // namespace

void escape(std::string_view text, std::string& out) {
  count_handled(text.size());
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* next = find_escaped(p, end);
  if (next == end) {  // most text
    out.append(text);
    return;
  }
  // Written through a pointer: appending byte by byte would check for room at each of them.
  constexpr std::size_t margin = 64;
  std::size_t used = out.size();
  out.resize(used + text.size() + margin);
  for (;;) {
    const auto run = static_cast<std::size_t>(next - p);
    std::memcpy(out.data() + used, p, run);
    used += run;
    if (next == end) break;
    const auto byte = static_cast<unsigned char>(*next);
    const Escape& with = byte < escapes.size() ? escapes[byte] : not_utf8;
    std::memcpy(out.data() + used, with.text.data(), with.text.size());
    used += with.size;
    p = next + 1;
    const auto rest = static_cast<std::size_t>(end - p);
    if (out.size() - used < rest + margin) out.resize(used + rest + rest / 4 + 2 * margin);
    next = find_escaped(p, end);
  }
  out.resize(used);
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  escape(text, out);
  out.push_back('"');
  return out;
}

// What was written last tells whether a comma is due, so the writer need not remember it for each
// depth.
void Writer::separate(bool key) {
  if (out_.size() == start_ || (depth_ == 0 && !key)) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

Writer& Writer::open(char bracket) {
  separate(false);
  out_.push_back(bracket);
  ++depth_;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_.push_back(bracket);
  --depth_;
  return *this;
}

Writer& Writer::token(std::string_view text) {
  count_handled(text.size());
  separate(false);
  out_.append(text);
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate(true);
  out_.push_back('"');
  escape(name, out_);
  out_.append("\":");
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate(false);
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
  separate(true);
  out_.append(members);
  return *this;
}

}  // namespace tine::json
