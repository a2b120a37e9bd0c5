#pragma once
// The limits of what all backends share, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "transport/guarded.h"

namespace tine::executor::limits {

using std::chrono::milliseconds;

/// Digits of TINE_DEPTH. With more of them it is refused as depth_exceeded.
inline constexpr std::size_t depth_digits = 9;

/// Bytes of a file of the kernel's that are read. What comes behind is not looked at.
inline constexpr std::size_t kernel_file = std::size_t{16} * 1024;

/// Processes of one backend's tree whose memory is looked at. Of more, those that are found first.
inline constexpr std::size_t measured_processes = 1000;

/// How often it is looked at what the backends' processes take, and when first: many live for
/// seconds only. What comes and goes in between is not seen, but for the most that a process that
/// is still there has taken.
inline constexpr milliseconds memory_look{2'000};
inline constexpr milliseconds first_memory_look{300};

/// Processes of a backend and version whose greatest memory is kept: the last ones.
inline constexpr std::size_t kept_peaks = 20;
/// Backends, each with a version, of which it is kept. Of more, those that ran last.
inline constexpr std::size_t kept_programs = 50;
/// Of so many of a hundred of them the memory is enough for another process.
inline constexpr std::size_t usual_part = 95;

/// How long a process waits in line to be started. Then: queue_full.
inline constexpr milliseconds place_patience{30 * 60'000};
/// How often the first in line looks again, besides when it is woken.
inline constexpr milliseconds place_look{1'000};
/// How long something must have been idle to give way: what was started a moment ago is about to be
/// used.
inline constexpr milliseconds gives_way_after{1'000};
/// How long something that was told to end to make room is waited for. Then another one is told to.
inline constexpr milliseconds room_patience{5'000};

/// Bytes of a tool call's title. The rest is cut off, at the end of a character.
inline constexpr std::size_t title = 200;

/// Bytes of a file that is looked into to find out what a folder would start. A larger one is not
/// read: it counts as starting something.
inline constexpr std::size_t folder_file = std::size_t{1024} * 1024;

/// Files in a folder whose names are looked through for the same reason. More: likewise.
inline constexpr std::size_t folder_names = 1000;

/// Documents that a session is to have left out, and bytes of the name of one. More are refused.
inline constexpr std::size_t no_load = 100;
inline constexpr std::size_t no_load_name = 4096;

/// From the start of a backend's process to its answer to initialize. Then it is ended: timeout.
inline constexpr milliseconds handshake{30'000};

/// What a backend's process is given to end by itself: it does within a tenth of a second.
inline constexpr transport::KillLadder ending{.after_input = milliseconds(3'000),
                                              .after_term = milliseconds(1'000)};

/// Says how long a silent process, or one that had no turn, may take to end by itself. It is short:
/// a stopped program ends by SIGKILL alone, and a starting one often ignores other signals. The
/// bound on the end of tine has room for a cancelled turn and then this wait.
inline constexpr transport::KillLadder ending_soon{.after_input = milliseconds(250),
                                                   .after_term = milliseconds(250)};

/// Bytes of stderr in an error's text: the last ones.
inline constexpr std::size_t told_stderr = 500;

/// How long Anthropic and OpenAI keep a prompt in their caches at the least, after it was read
/// last.
inline constexpr std::chrono::minutes cache_lifetime{5};
/// Tokens in steps of which OpenAI's cache answers.
inline constexpr std::uint64_t openai_cache_step = 128;

/// Bytes of a project document that are looked at. Of a longer one the tokens are estimated by its
/// beginning.
inline constexpr std::size_t document = std::size_t{1024} * 1024;
/// Project documents that are looked at, and bytes of all of them. What is there beyond is not
/// counted, which is said.
inline constexpr std::size_t documents = 500;
inline constexpr std::uint64_t documents_bytes = std::uint64_t{16} * 1024 * 1024;

}  // namespace tine::executor::limits
