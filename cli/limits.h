#pragma once
// The limits of the command line, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tine::cli::limits {

/// How long the program may take to end once its input has ended or a signal has asked it to. Then
/// what is left is killed, and the program ends with exit_code::overdue.
inline constexpr std::chrono::milliseconds ending{5'000};

/// Bytes of what an ACP agent has said of itself. More is not kept.
inline constexpr std::size_t agent_memory = std::size_t{64} * 1024;

/// How often a session of another process is looked at.
inline constexpr std::chrono::milliseconds watching{200};

/// How long a turn of another process may take to end once it was asked to. Then the verb gives up.
inline constexpr std::chrono::milliseconds cancelling{30'000};

/// Sessions that are looked through for what a backend tells its model. Where none of them has
/// shown it, that is not known.
inline constexpr std::size_t measure_sessions = 50;

/// How often a measurement is done, the tokens of what it tells, and how long it waits for a cache
/// to expire: what asks for more is refused.
inline constexpr std::int64_t measure_times = 20;
inline constexpr std::int64_t measure_past = 200'000;
inline constexpr std::int64_t measure_wait = 24 * 3600;

/// Bytes of a prompt from a file or from stdin. A longer one is refused.
inline constexpr std::size_t text = std::size_t{30} * 1024 * 1024;

/// Bytes of an answer that a person types. A longer one is none.
inline constexpr std::size_t answer = std::size_t{64} * 1024;

/// How long what is left is killed again and again. What is alive then cannot be killed.
inline constexpr std::chrono::milliseconds killing{1'000};

}  // namespace tine::cli::limits
