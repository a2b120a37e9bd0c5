#pragma once
// The limits of the rehearsal agent, each with the rule at its edge.

#include <chrono>
#include <cstddef>

namespace tine::executor::rehearsal::limits {

/// Directives in one prompt. More: the prompt is refused with invalid_params.
inline constexpr std::size_t max_directives = 1000;

/// Chunks of one directive. A larger number is taken as this one.
inline constexpr std::size_t max_chunks = 1'000'000;

/// Milliseconds of one pause. A larger number is taken as this one.
inline constexpr std::chrono::milliseconds max_pause{60'000};

/// Seconds until a rehearsed limit ends. A larger number is taken as this one.
inline constexpr std::size_t max_seconds = 86'400;

/// Bytes of one piece of generated text. A larger number is taken as this one.
inline constexpr std::size_t max_text = std::size_t{64} * 1024 * 1024;

/// Chunks sent before others on the loop get their turn.
inline constexpr std::size_t chunks_in_a_row = 64;

/// Output of a terminal that is asked for.
inline constexpr std::size_t terminal_output = std::size_t{64} * 1024;

}  // namespace tine::executor::rehearsal::limits
