#pragma once
// The limits that every layer shares, each with the rule at its edge. Limits of one layer stand in
// that layer's own limits.h.

#include <cstddef>

namespace tine::limits {

/// The longest line (message) that is accepted, newline excluded. A longer one is answered with
/// line_too_long and passed over; nothing of it is kept.
inline constexpr std::size_t max_line = std::size_t{32} * 1024 * 1024;

/// How deep arrays and objects may be nested. A deeper value is answered with too_deep.
inline constexpr std::size_t max_json_depth = 128;

/// How many members the outermost object of a message may have. More: invalid_request.
inline constexpr std::size_t max_envelope_members = 16;

}  // namespace tine::limits
