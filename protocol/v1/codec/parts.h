#pragma once
// What the files of the codec share: names of enumerations, lists, members that are left out when
// empty.
//
// Plain functions.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/decode.h"
#include "base/json/writer.h"
#include "protocol/v1/codec.h"

namespace tine::v1 {

/// `names` in the order of the enumeration.
template <class Enum, std::size_t n>
bool decode_enum(json::View from, Enum& to, const std::array<std::string_view, n>& names,
                 const json::Path& path, json::Complaint& complaint) {
  const auto index = json::decode_name(from, names.data(), n, path, complaint);
  if (index) to = static_cast<Enum>(*index);
  return index.has_value();
}

template <class Enum, std::size_t n>
constexpr std::string_view enum_name(Enum value, const std::array<std::string_view, n>& names) {
  return names[static_cast<std::size_t>(value)];
}

inline void encode(json::Writer& out, const std::string& text) { out.string(text); }
void encode(json::Writer& out, const Mode& from);
void encode(json::Writer& out, const ModeState& from);
void encode(json::Writer& out, const ConfigValue& from);
void encode(json::Writer& out, const ConfigGroup& from);
void encode(json::Writer& out, const NameValue& from);
void encode(json::Writer& out, const Implementation& from);
void encode(json::Writer& out, const AuthMethod& from);
void encode(json::Writer& out, const SessionInfo& from);
void encode(json::Writer& out, const Usage& from);
void encode(json::Writer& out, const ToolContent& from);
void encode(json::Writer& out, const ToolLocation& from);
void encode(json::Writer& out, const PermissionOption& from);

bool decode(json::View from, ModeState& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, NameValue& to, const json::Path& path, json::Complaint& complaint);

template <class T>
void encode(json::Writer& out, const std::vector<T>& items) {
  out.begin_array();
  for (const T& item : items) encode(out, item);
  out.end_array();
}

/// Left out when the text is empty.
inline void text_member(json::Writer& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.member(name, text);
}

template <class T>
void optional_member(json::Writer& out, std::string_view name, const std::optional<T>& value) {
  if (!value) return;
  out.key(name);
  if constexpr (std::unsigned_integral<T>) {
    out.unsigned_integer(*value);
  } else {
    encode(out, *value);
  }
}

template <class T>
void list_member(json::Writer& out, std::string_view name, const std::vector<T>& items) {
  out.key(name);
  encode(out, items);
}

/// Left out when the list is empty.
template <class T>
void filled_list_member(json::Writer& out, std::string_view name, const std::vector<T>& items) {
  if (!items.empty()) list_member(out, name, items);
}

/// A capability that is announced by an empty object.
inline void announce(json::Writer& out, std::string_view name, bool on) {
  if (on) out.key(name).begin_object().end_object();
}

inline bool is_absolute(std::string_view path) {
  return path.starts_with('/') && path.find('\0') == std::string_view::npos;
}
inline constexpr std::string_view absolute_path = "absolute path";

/// Responses that hold nothing of their own, and requests likewise.
template <class T>
bool decode_meta_only(json::View from, T& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.raw_object("_meta", to.meta).ok();
}

template <class T>
void encode_meta_only(json::Writer& out, const T& from) {
  out.begin_object().raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
