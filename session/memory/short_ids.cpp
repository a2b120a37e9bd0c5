#include "session/memory/short_ids.h"

#include <algorithm>
#include <set>

#include "base/ulid.h"
#include "session/memory/limits.h"

namespace tine::session {
namespace {

constexpr std::size_t ulid_letters = 26;

}  // namespace

std::string typed_id(std::string_view typed) {
  // A digit before the last letters of an id makes them the first ones of one.
  const bool is_whole = typed.size() == ulid_letters;
  const auto letters = ulid_prefix((is_whole ? "" : "0") + std::string(typed));
  if (!letters) return {};
  std::string part = letters->substr(is_whole ? 0 : 1);
  return part.size() < limits::task_letters ? std::string() : part;
}

bool is_named_by(std::string_view id, std::string_view letters) {
  return !letters.empty() && (id.ends_with(letters) || id.starts_with(letters));
}

std::size_t telling_letters(const std::vector<std::string_view>& ids) {
  std::size_t letters = limits::task_letters;
  for (; letters < ulid_letters; ++letters) {
    std::set<std::string_view> ends;
    const bool apart = std::all_of(ids.begin(), ids.end(), [&](std::string_view id) {
      return ends.insert(id.substr(id.size() - std::min(letters, id.size()))).second;
    });
    if (apart) break;
  }
  return letters;
}

}  // namespace tine::session
