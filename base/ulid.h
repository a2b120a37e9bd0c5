#pragma once
// ULIDs: 26 characters that sort by the time they were made, unique without asking anybody. Every
// session has one.
//
// The generator is a resource of one process, used from the loop's thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"

namespace tine {

class UlidSource {
 public:
  explicit UlidSource(Env& env) : env_(env) {}

  /// Greater than every one before, also within a millisecond and when the clock steps back.
  std::string next();

 private:
  Env& env_;
  std::int64_t last_ms_ = -1;
  std::array<std::uint8_t, 10> entropy_{};
};

/// Whether `text` is a ULID as this program writes them: 26 characters of Crockford's alphabet,
/// upper case.
bool is_ulid(std::string_view text);

/// The upper-case form of what a person typed for an id or the beginning of one (lower case, and i,
/// l, o for 1, 1, 0); none when it cannot be one.
std::optional<std::string> ulid_prefix(std::string_view typed);

/// RFC 3339 in UTC with milliseconds: 2026-01-31T12:00:00.000Z. A time outside the years 0 to 9999,
/// which that cannot tell, becomes the nearest one inside.
std::string rfc3339(std::int64_t wall_ms);
/// Its date, "2026-01-31".
std::string day_of(std::int64_t wall_ms);
/// The time that rfc3339() wrote so; none: it did not write the text.
std::optional<std::int64_t> wall_ms_of(std::string_view rfc3339);

}  // namespace tine
