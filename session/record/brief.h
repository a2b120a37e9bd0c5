#pragma once
// Two records of text that stands before the first prompt of a conversation: `brief`, from the
// project's memory, and `documents`, those of the project that its backend does not read by itself.
//
// Plain functions.

#include <string>
#include <string_view>

namespace tine::session {

namespace record_type {
inline constexpr std::string_view brief = "brief";
inline constexpr std::string_view documents = "documents";
}  // namespace record_type

/// Of either. `text` holds no secret.
std::string told_data(std::string_view text);

}  // namespace tine::session
