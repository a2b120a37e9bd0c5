#include "session/store/project_folder.h"

#include <array>
#include <cstdint>

#include "session/store/limits.h"

namespace tine::session::store {
namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

/// FNV-1a in 128 bits. Long paths are no attack: who can name a project can also write to the
/// store, and a session's state names its project, so a collision would be seen.
std::string digest(std::string_view text) {
  using Wide = unsigned __int128;
  const Wide prime = (static_cast<Wide>(1) << 88U) | 0x13BU;
  Wide hash = (static_cast<Wide>(0x6C62272E07BB0142ULL) << 64U) | 0x62B821756295C58DULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= prime;
  }
  std::string out;
  for (int shift = 124; shift >= 0; shift -= 4)
    out.push_back(hex[static_cast<std::size_t>(hash >> shift) & 0xFU]);
  return out;
}

}  // namespace

std::string project_folder(std::string_view path) {
  std::string out;
  std::string_view rest = path;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  for (const char c : rest) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      out.push_back('+');
    } else if (is_plain(c)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(hex[byte >> 4U]);
      out.push_back(hex[byte & 0xFU]);
    }
  }
  // The root itself, and names that mean a folder to the system.
  if (out.empty() || out == "." || out == "..") return "%2F" + out;
  if (out.size() <= limits::folder_name) return out;
  const std::string suffix = "~" + digest(path);
  out.resize(limits::folder_name - suffix.size());
  return out + suffix;
}

}  // namespace tine::session::store
