#pragma once
// The record with which a session begins that is told of its project's memory: its first prompt
// carries the text.
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
