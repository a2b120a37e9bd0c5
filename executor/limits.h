#pragma once
// The limits of what all backends share, each with the rule at its edge.

#include <chrono>
#include <cstddef>

#include "transport/guarded.h"

namespace tine::executor::limits {

using std::chrono::milliseconds;

/// Digits of TINE_DEPTH. With more of them it is refused as depth_exceeded.
inline constexpr std::size_t depth_digits = 9;

/// Bytes of a tool call's title. The rest is cut off, at the end of a character.
inline constexpr std::size_t title = 200;

/// Bytes of a file that is looked into to find out what a folder would start. A larger one is not
/// read: it counts as starting something.
inline constexpr std::size_t folder_file = std::size_t{1024} * 1024;

/// Files in a folder whose names are looked through for the same reason. More: likewise.
inline constexpr std::size_t folder_names = 1000;

/// From the start of a backend's process to its answer to initialize. Then it is ended: timeout.
inline constexpr milliseconds handshake{30'000};

/// What a backend's process is given to end by itself: it does within a tenth of a second.
inline constexpr transport::KillLadder ending{.after_input = milliseconds(3'000),
                                              .after_term = milliseconds(1'000)};

/// Bytes of stderr in an error's text: the last ones.
inline constexpr std::size_t told_stderr = 500;

/// How long Anthropic and OpenAI keep a prompt in their caches at the least, after it was read
/// last.
inline constexpr std::chrono::minutes cache_lifetime{5};
/// Tokens in steps of which OpenAI's cache answers.
inline constexpr std::uint64_t openai_cache_step = 128;

}  // namespace tine::executor::limits
