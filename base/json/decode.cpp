#include "base/json/decode.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace tine::json {
namespace {

// Up to here every whole double is one integer.
constexpr double exact = 9007199254740992.0;

std::optional<std::int64_t> whole(View from) {
  if (const auto value = from.integer()) return value;
  const auto value = from.number();
  if (!value || std::abs(*value) > exact || std::trunc(*value) != *value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

template <class T>
bool decode_unsigned(View from, T& to, const Path& path, Complaint& complaint) {
  const auto value = whole(from);
  if (!value) return complaint.expected("integer", path);
  const auto limit = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (*value < 0 || static_cast<std::uint64_t>(*value) > limit) {
    return complaint.expected("integer from 0 to " + std::to_string(limit), path);
  }
  to = static_cast<T>(*value);
  return true;
}

}  // namespace

std::string Path::str() const {
  std::string out;
  append_to(out);
  return out;
}

void Path::append_to(std::string& out) const {
  if (parent_ == nullptr) {
    out.append(name_);
    return;
  }
  parent_->append_to(out);
  if (name_.empty()) {
    out.append("[").append(std::to_string(index_)).append("]");
  } else {
    out.append(".").append(name_);
  }
}

bool Complaint::expected(std::string_view what, const Path& where) {
  if (any()) return false;
  path = where.str();
  message.append("expected ").append(what).append(" at ").append(path);
  return false;
}

bool Complaint::missing(const Path& where) {
  if (any()) return false;
  path = where.str();
  message = "missing " + path;
  return false;
}

bool decode(View from, std::string& to, const Path& path, Complaint& complaint) {
  if (!from.is_string()) return complaint.expected("string", path);
  to.clear();
  unescape(from.escaped(), to);
  return true;
}

bool decode(View from, bool& to, const Path& path, Complaint& complaint) {
  const auto value = from.boolean();
  if (!value) return complaint.expected("boolean", path);
  to = *value;
  return true;
}

bool decode(View from, double& to, const Path& path, Complaint& complaint) {
  const auto value = from.number();
  if (!value) return complaint.expected("number", path);
  to = *value;
  return true;
}

bool decode(View from, std::int64_t& to, const Path& path, Complaint& complaint) {
  const auto value = whole(from);
  if (!value) return complaint.expected("integer", path);
  to = *value;
  return true;
}

bool decode(View from, std::uint64_t& to, const Path& path, Complaint& complaint) {
  // The upper half of the range is in reach only as written.
  if (from.type() == Type::number && from.raw().front() != '-') {
    const std::string_view digits = from.raw();
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, fault] = std::from_chars(digits.data(), end, value);
    if (fault == std::errc() && rest == end) {
      to = value;
      return true;
    }
  }
  return decode_unsigned(from, to, path, complaint);
}

bool decode(View from, std::uint32_t& to, const Path& path, Complaint& complaint) {
  return decode_unsigned(from, to, path, complaint);
}

bool decode(View from, std::uint16_t& to, const Path& path, Complaint& complaint) {
  return decode_unsigned(from, to, path, complaint);
}

std::optional<std::size_t> decode_name(View from, const std::string_view* names, std::size_t count,
                                       const Path& path, Complaint& complaint) {
  for (std::size_t i = 0; i < count; ++i) {
    if (from.equals(names[i])) return i;
  }
  std::string what = "one of ";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) what.append(", ");
    what.append(names[i]);
  }
  complaint.expected(what, path);
  return std::nullopt;
}

ObjectReader::ObjectReader(View object, const Path& path, Complaint& complaint,
                           bool absent_is_empty)
    : object_(object), path_(path), complaint_(complaint) {
  if (absent_is_empty && (!object.exists() || object.is_null())) return;
  if (!object.exists()) {
    ok_ = complaint.missing(path);
    return;
  }
  if (!object.is_object()) {
    ok_ = complaint.expected("object", path);
    return;
  }
  for (const View::Member& member : object.members()) {
    if (count_ == members_.size()) {
      indexed_ = false;
      return;
    }
    members_[count_++] = member;
  }
}

View ObjectReader::find(std::string_view name) const {
  if (!indexed_) return object_.find(name);
  for (std::size_t i = count_; i-- > 0;) {
    if (members_[i].key.equals(name)) return members_[i].value;
  }
  return {};
}

View ObjectReader::present(std::string_view name) {
  if (!ok_) return {};
  const View value = find(name);
  if (!value.exists()) ok_ = complaint_.missing(path_.member(name));
  return value;
}

ObjectReader& ObjectReader::raw(std::string_view name, std::string& to) {
  if (!ok_) return *this;
  if (const View value = find(name); value.exists() && !value.is_null()) to = value.raw();
  return *this;
}

ObjectReader& ObjectReader::raw_object(std::string_view name, std::string& to) {
  if (!ok_) return *this;
  if (const View value = find(name); value.is_object()) to = value.raw();
  return *this;
}

ObjectReader& ObjectReader::check(std::string_view name, bool good, std::string_view what) {
  if (ok_ && !good) ok_ = complaint_.expected(what, path_.member(name));
  return *this;
}

}  // namespace tine::json
