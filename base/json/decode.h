#pragma once
// Turns JSON into values of the program's types and says in one sentence what is wrong where, as in
// "expected string at params.prompt[0].text". It never repeats the value itself.
//
// A type takes part by a free function beside it:
//   bool decode(json::View from, T& to, const json::Path& path, json::Complaint& complaint);
// which gives false after it has complained. Nothing here allocates but what it decodes into and
// the complaint. No threads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/view.h"

namespace tine::json {

/// Where a value stands. A linked list on the stack: a path refers to its parent.
class Path {
 public:
  /// `root` is how the outermost value is called: "params".
  constexpr explicit Path(std::string_view root) : name_(root) {}
  constexpr Path member(std::string_view name) const { return Path(this, name, 0); }
  constexpr Path element(std::size_t index) const { return Path(this, {}, index); }

  /// "params.prompt[0].text"
  std::string str() const;

 private:
  constexpr Path(const Path* parent, std::string_view name, std::size_t index)
      : parent_(parent), name_(name), index_(index) {}
  void append_to(std::string& out) const;

  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

/// What is wrong, and where. Only the first complaint is kept.
struct Complaint {
  std::string message;
  std::string path;

  bool any() const { return !message.empty(); }
  /// "expected <what> at <path>". False, so that a decoder can return it.
  bool expected(std::string_view what, const Path& path);
  /// "missing <path>"
  bool missing(const Path& path);
};

bool decode(View from, std::string& to, const Path& path, Complaint& complaint);
bool decode(View from, bool& to, const Path& path, Complaint& complaint);
bool decode(View from, double& to, const Path& path, Complaint& complaint);
/// Whole numbers, also when written as 1.0 or 1e3, within the range of the type.
bool decode(View from, std::int64_t& to, const Path& path, Complaint& complaint);
bool decode(View from, std::uint64_t& to, const Path& path, Complaint& complaint);
bool decode(View from, std::uint32_t& to, const Path& path, Complaint& complaint);
bool decode(View from, std::uint16_t& to, const Path& path, Complaint& complaint);

/// The place of the string `from` in `names`; none, after a complaint that lists the names.
std::optional<std::size_t> decode_name(View from, const std::string_view* names, std::size_t count,
                                       const Path& path, Complaint& complaint);

template <class T>
bool decode(View from, std::optional<T>& to, const Path& path, Complaint& complaint) {
  T value{};
  if (!decode(from, value, path, complaint)) return false;
  to = std::move(value);
  return true;
}

template <class T>
bool decode(View from, std::vector<T>& to, const Path& path, Complaint& complaint) {
  if (!from.is_array()) return complaint.expected("array", path);
  to.clear();
  std::size_t index = 0;
  for (const View element : from.elements()) {
    T value{};
    if (!decode(element, value, path.element(index), complaint)) return false;
    to.push_back(std::move(value));
    ++index;
  }
  return true;
}

/// The elements that are in order; the others are passed over. False when `from` is not an array.
template <class T>
bool decode_valid(View from, std::vector<T>& to, const Path& path) {
  if (!from.is_array()) return false;
  to.clear();
  std::size_t index = 0;
  for (const View element : from.elements()) {
    T value{};
    Complaint ignored;
    if (decode(element, value, path.element(index), ignored)) to.push_back(std::move(value));
    ++index;
  }
  return true;
}

/// Reads the members of one object, found in one pass. Of members with the same name the last one
/// counts. After the first complaint nothing more is decoded. Lives on the stack, beside its path
/// and complaint.
class ObjectReader {
 public:
  /// No value at all and null count as an empty object when `absent_is_empty`.
  ObjectReader(View object, const Path& path, Complaint& complaint, bool absent_is_empty = false);
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  bool ok() const { return ok_; }

  /// Whether it has exactly so many members, of which there may be a few at most.
  bool has_exactly(std::size_t members) const { return indexed_ && count_ == members; }

  /// The member's value, or none.
  View find(std::string_view name) const;

  template <class T>
  ObjectReader& required(std::string_view name, T& to) {
    if (const View value = present(name); value.exists()) take(name, value, to);
    return *this;
  }
  /// The member must be there; null leaves `to` as it is.
  template <class T>
  ObjectReader& nullable(std::string_view name, T& to) {
    if (const View value = present(name); value.exists() && !value.is_null()) take(name, value, to);
    return *this;
  }
  /// Leaves `to` as it is when the member is absent or null.
  template <class T>
  ObjectReader& optional(std::string_view name, T& to) {
    if (!ok_) return *this;
    if (const View value = find(name); value.exists() && !value.is_null()) take(name, value, to);
    return *this;
  }
  /// Leaves `to` as it is when the member is absent or not understood.
  template <class T>
  ObjectReader& lenient(std::string_view name, T& to) {
    if (!ok_) return *this;
    T value{};
    Complaint ignored;
    const View from = find(name);
    if (from.exists() && !from.is_null() && decode(from, value, path_.member(name), ignored)) {
      to = std::move(value);
    }
    return *this;
  }
  /// The elements of a list that are understood; leaves `to` as it is when the member is not a
  /// list.
  template <class T>
  ObjectReader& valid_items(std::string_view name, std::vector<T>& to) {
    if (ok_) decode_valid(find(name), to, path_.member(name));
    return *this;
  }
  /// The same, and the member must be there.
  template <class T>
  ObjectReader& required_items(std::string_view name, std::vector<T>& to) {
    if (const View value = present(name); value.exists())
      decode_valid(value, to, path_.member(name));
    return *this;
  }
  /// The JSON of the member; leaves `to` as it is when the member is absent or null.
  ObjectReader& raw(std::string_view name, std::string& to);
  /// The JSON of the member when it is an object.
  ObjectReader& raw_object(std::string_view name, std::string& to);
  /// Complains that the member is not `what`, unless `good`.
  ObjectReader& check(std::string_view name, bool good, std::string_view what);

 private:
  /// The value of a member that must be there; none after a complaint.
  View present(std::string_view name);
  template <class T>
  void take(std::string_view name, View value, T& to) {
    ok_ = decode(value, to, path_.member(name), complaint_);
  }

  static constexpr std::size_t inline_members = 12;

  View object_;
  const Path& path_;
  Complaint& complaint_;
  std::array<View::Member, inline_members> members_;
  std::size_t count_ = 0;
  bool indexed_ = true;  // all members fit
  bool ok_ = true;
};

}  // namespace tine::json
