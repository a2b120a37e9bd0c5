#pragma once
// The record with which a session's way ends: it takes no further prompt.
//
// Plain functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "session/store/state.h"

namespace tine::session {

namespace record_type {
inline constexpr std::string_view conclusion = "conclusion";
}  // namespace record_type

/// `turn` has the closing summary, and so has `file` in the session's folder.
std::string conclusion_data(std::uint64_t turn, std::string_view file);

/// Whether the session takes no further prompt.
bool is_concluded(const store::State& state);
/// What a further prompt is refused with.
Error concluded(const std::string& session);

}  // namespace tine::session
