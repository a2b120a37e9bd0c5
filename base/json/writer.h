#pragma once
// Writes JSON straight into a string: no tree, commas put where they belong, text made valid on the
// way (bytes that are not UTF-8 become U+FFFD, as a child's output may hold anything).
//
// A short-lived helper on the stack; it does not own the string.

#include <bitset>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tine::json {

/// Appends `text` as the inside of a JSON string (no quotes).
void escape(std::string_view text, std::string& out);

/// `text` as a JSON string, quotes included.
std::string quoted(std::string_view text);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), start_(out.size()) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }

  /// The name of the next member.
  Writer& key(std::string_view name);

  Writer& string(std::string_view text);
  Writer& boolean(bool value) { return token(value ? "true" : "false"); }
  Writer& null() { return token("null"); }
  Writer& integer(std::int64_t value);
  Writer& unsigned_integer(std::uint64_t value);
  /// In the fewest digits that read back as the same number; null for what JSON has no number for.
  Writer& number(double value);
  /// A value that is JSON already.
  Writer& raw(std::string_view json) { return token(json); }
  /// Members that are JSON already, `"a":1,"b":2`; nothing when empty.
  Writer& raw_members(std::string_view members);

  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::same_as<bool> auto value) {
    return key(name).boolean(value);
  }
  Writer& member(std::string_view name, std::signed_integral auto value) {
    return key(name).integer(value);
  }
  Writer& member(std::string_view name, double value) { return key(name).number(value); }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Writer& member(std::string_view name, T value) {
    return key(name).unsigned_integer(value);
  }
  Writer& member_unless_empty(std::string_view name, std::string_view text) {
    return text.empty() ? *this : key(name).string(text);
  }
  /// Leaves the member out when `json` is empty.
  Writer& raw_member(std::string_view name, std::string_view json) {
    return json.empty() ? *this : key(name).raw(json);
  }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  Writer& token(std::string_view text);
  void separate(bool key);

  std::string& out_;
  std::size_t start_;
  std::size_t depth_ = 0;
};

}  // namespace tine::json
