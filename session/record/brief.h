#pragma once
// The record of what the first prompt of a session carries of its project's memory.
//
// Plain functions.

#include <string>
#include <string_view>

namespace tine::session {

namespace record_type {
inline constexpr std::string_view brief = "brief";
}  // namespace record_type

/// `text` holds no secret.
std::string brief_data(std::string_view text);

}  // namespace tine::session
