#pragma once
// The limits of the MCP server, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tine::cli::limits {

/// Tool calls that run at the same time. One more is refused with queue_full.
inline constexpr std::size_t tool_calls = 32;

/// How long tool calls that run may take to end once the agent has left. Then they are cancelled,
/// and what has not ended after the same time again is abandoned with the program.
inline constexpr std::chrono::milliseconds tool_calls_end{1'000};

/// Tokens of a session that `session_read` gives by default, and at most. Of more turns the oldest
/// are left out; a turn that is longer alone is cut.
inline constexpr std::int64_t read_tokens = 4'000;
inline constexpr std::int64_t most_read_tokens = 50'000;

/// Turns that it gives by default, and at most.
inline constexpr std::int64_t read_turns = 5;
inline constexpr std::int64_t most_read_turns = 200;

/// Bytes of a turn that are held while a session is read. Of a longer turn the end is left out.
inline constexpr std::size_t read_turn = std::size_t{512} * 1024;

/// Places that `sessions_search` gives by default, and at most.
inline constexpr std::int64_t search_places = 10;
inline constexpr std::int64_t most_search_places = 50;

/// Sessions that can be asked at the same time. One more is refused with queue_full.
inline constexpr std::size_t inquiries = 4;

/// Bytes of a question. A longer one is refused with invalid_params.
inline constexpr std::size_t question = std::size_t{64} * 1024;

/// Tokens of an answer by default, and at most: once it has more its turn is cancelled.
inline constexpr std::int64_t answer_tokens = 4'000;
inline constexpr std::int64_t most_answer_tokens = 50'000;

/// Seconds that an answer may take by default, and at most. Then its turn is cancelled.
inline constexpr std::int64_t answer_seconds = 300;
inline constexpr std::int64_t most_answer_seconds = 1'800;

/// Tasks that `tasks_list` gives at most: those that come first.
inline constexpr std::size_t listed_tasks = 200;

}  // namespace tine::cli::limits
