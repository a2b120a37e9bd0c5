#pragma once
// Text that came from elsewhere, made ready to stand in a prompt as a quotation: whatever it says,
// no backend takes it for an instruction of the system, for a message of its own, or for the end of
// the quotation.
//
// Plain functions.

#include <string>
#include <string_view>

namespace tine::session {

/// How the record that a soft context is begins and ends. Within it neither can stand.
inline constexpr std::string_view record_begin = "[Record of an earlier conversation]";
inline constexpr std::string_view record_end = "[End of the record]";
/// … and what is told of a project's memory.
inline constexpr std::string_view memory_begin = "[Memory of this project]";
inline constexpr std::string_view memory_end = "[End of the memory]";
/// … and of its documents.
inline constexpr std::string_view documents_begin = "[Documents of this project]";
inline constexpr std::string_view documents_end = "[End of the documents]";

/// … and of where its repository stands.
inline constexpr std::string_view drift_begin = "[The repository has moved]";
inline constexpr std::string_view drift_end = "[End of the note]";

/// Replaces the opening bracket of what a provider could take for the tag of a role, a reminder or
/// a tool, and of the lines above, by one that looks like it. Control characters become
/// visible.
std::string harmless(std::string_view text);

/// The same with "> " before each line. Ends with a newline, unless `text` is empty.
std::string quotation(std::string_view text);

}  // namespace tine::session
