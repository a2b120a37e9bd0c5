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

/// Bytes of usage_stats.toml. A larger one is damaged, and begun anew.
inline constexpr std::size_t usage_stats = std::size_t{1024} * 1024;
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

/// Bytes that a person types while nobody asks for a line. What comes beyond is dropped.
inline constexpr std::size_t typed_ahead = std::size_t{1024} * 1024;

/// Bytes of an escape sequence that a key sends. A longer one is no key, and dropped.
inline constexpr std::size_t key = 32;

/// Bytes and lines of a pasted text up to which it stands in the line where it is pasted. A larger
/// one is represented by a few words, and takes their place when the line is entered.
inline constexpr std::size_t shown_paste = 2'000;
inline constexpr std::size_t shown_paste_lines = 10;

/// Prompts that a project's chats remember, and bytes of the file that they are in. The oldest go.
inline constexpr std::size_t remembered_prompts = 500;
inline constexpr std::size_t remembered_bytes = std::size_t{512} * 1024;

/// Bytes of a prompt that is remembered. A longer one is not.
inline constexpr std::size_t remembered_prompt = std::size_t{16} * 1024;

/// What is shown of the last exchange when a chat goes on: bytes of the prompt and of the answer.
/// Of a longer one its beginning or its end is shown.
inline constexpr std::size_t shown_exchange = 1'500;

/// How long an agent that speaks between turns may pause within what it says. Then it is printed.
inline constexpr std::chrono::milliseconds pause_in_speech{200};

/// Bytes that an agent says between turns before they are printed, whether it pauses or not.
inline constexpr std::size_t said_between = std::size_t{64} * 1024;

/// Bytes of an answer that a person types. A longer one is none.
inline constexpr std::size_t answer = std::size_t{64} * 1024;

/// Bytes of a message that goes into the mirror at once. A longer one is gone through in slices,
/// and those behind it wait.
inline constexpr std::size_t mirrored_at_once = std::size_t{256} * 1024;
/// Bytes of messages that wait for the mirror. What does not fit is left out of it, which it tells.
inline constexpr std::size_t mirror_backlog = std::size_t{64} * 1024 * 1024;
/// Bytes that are written to the mirror before others on the loop get their turn.
inline constexpr std::size_t mirror_slice = std::size_t{1} * 1024 * 1024;

/// How long what is left is killed again and again. What is alive then cannot be killed.
inline constexpr std::chrono::milliseconds killing{1'000};

}  // namespace tine::cli::limits
