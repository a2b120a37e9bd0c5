#pragma once
// The limits of the redactor, each with the rule at its edge.

#include <cstddef>

namespace tine::limits {

/// How much of a stream is held back, in bytes, while it is undecided whether it is a secret. A
/// candidate that is longer is taken for a secret: it is marked at once, and what belongs to it is
/// swallowed as it comes.
inline constexpr std::size_t max_secret_tail = std::size_t{16} * 1024;

/// How far before a candidate a detector may look, in bytes of the text as it came. What stands
/// further away (a name that is drowned in colour codes) does not count.
inline constexpr std::size_t max_look_back = 256;

/// The longest terminal sequence that is looked through; a longer one is text.
inline constexpr std::size_t max_terminal_sequence = 256;

/// How much released text is kept in front of what is held back: a scan that begins here, perhaps
/// within an escape, sees what it may look at.
inline constexpr std::size_t redaction_context = max_look_back + max_terminal_sequence + 128;

/// Bytes of terminal sequences in a row that are looked through. More of them part a token.
inline constexpr std::size_t max_invisible = 256;

/// How many encodings inside each other are undone (a percent-encoded base64 of JSON is three).
/// What lies deeper is not seen.
inline constexpr int max_encodings = 3;

/// The shortest value that is remembered as known, or redacted as the value of a secret name.
inline constexpr std::size_t min_secret_value = 8;

/// How much of a value is looked at to tell whether it is a secret; what is longer is judged by its
/// beginning.
inline constexpr std::size_t max_judged = 256;

/// The longest known value. Of a longer one the beginning is known, and with it the rest of the
/// token goes.
inline constexpr std::size_t max_known_value = 4096;

/// Known values at a time. Further ones are refused: know() returns a lease on nothing.
inline constexpr std::size_t max_known_values = 4096;

/// The shortest literal and prefix that a user may configure; shorter ones are refused.
inline constexpr std::size_t min_user_literal = 4;

/// How many characters of a token must follow a configured prefix.
inline constexpr std::size_t min_user_prefix_body = 16;

/// Values whose number is remembered. Beyond it each marker of a new value gets a new number, also
/// when the value is equal to an earlier one.
inline constexpr std::size_t max_numbered_values = std::size_t{64} * 1024;

/// How much of a text is looked at in one go; bounds the memory of a scan.
inline constexpr std::size_t redaction_window = std::size_t{64} * 1024;

}  // namespace tine::limits
