#pragma once
// The limits of the transport, each with the rule at its edge. Shared ones stand in base/limits.h.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace tine::transport::limits {

using namespace tine::limits;  // NOLINT(google-build-using-namespace): one name for all limits in a
                               // layer

/// Bytes asked for in one read.
inline constexpr std::size_t read_chunk = std::size_t{64} * 1024;

/// The longest id of a request, as the token that came. A longer one: invalid_request with id null.
inline constexpr std::size_t max_id = 1024;

/// How much of the start of a bad line is kept, for the id that may stand there. The rest is passed
/// over.
inline constexpr std::size_t kept_of_bad_line = 4096;

/// A message longer than this is long: it is taken apart, and put together, beside the loop, and
/// nothing more is read from its connection meanwhile. A shorter one costs less than the way there.
inline constexpr std::size_t long_message = std::size_t{256} * 1024;
static_assert(long_message >= read_chunk);

/// Bytes that may be handled before others on the loop get their turn, each as often as it is gone
/// through: some milliseconds. More of them are a fault of ours, which is logged.
inline constexpr std::uint64_t longest_run = std::uint64_t{16} * 1024 * 1024;

/// A line buffer that grew beyond this for one long line is given back afterwards.
inline constexpr std::size_t kept_line_buffer = std::size_t{1} * 1024 * 1024;

/// Bytes that wait for a reader before updates are held back: adjacent chunks of one message are
/// merged and room() suspends its caller until less than this is queued.
inline constexpr std::size_t outbox_high = std::size_t{256} * 1024;

/// A chunk stops growing by merging at this size.
inline constexpr std::size_t max_merged = std::size_t{1} * 1024 * 1024;

/// How far back in the queue a chunk looks for its predecessor.
inline constexpr std::size_t merge_reach = 64;

/// Bytes that wait for a reader before requests are no longer read. Only answers and questions get
/// this far, as they are never refused for room: a client that sends without ever reading stops
/// itself here.
inline constexpr std::size_t outbox_full = std::size_t{64} * 1024 * 1024;

/// Pieces handed to one write.
inline constexpr std::size_t write_batch = 128;

/// Bytes written without a wait before the others on the loop get their turn.
inline constexpr std::size_t write_slice = std::size_t{1} * 1024 * 1024;

/// Requests from the other side that may be unanswered at a time. One more: queue_full.
inline constexpr std::size_t max_open_requests = 65536;

/// Bytes in one direction of an in-process channel before the writer waits.
inline constexpr std::size_t memory_channel = std::size_t{256} * 1024;

/// When output fails the other side may have gone after saying something that has not been read
/// yet. So long it is still listened to; then the connection is closed.
inline constexpr std::chrono::milliseconds last_words{1000};

/// A longer wait counts as this one.
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::hours{24 * 365};

/// How long queued output may take to leave after the input has ended. Then the connection is
/// dropped.
inline constexpr std::chrono::milliseconds flush_grace{2000};

/// Jobs that a worker has been handed and not yet done. The next one waits until there is room.
inline constexpr std::size_t worker_jobs = 64;

/// Between two tries of a worker to report a job for which there is no memory.
inline constexpr std::chrono::milliseconds memory_pause{10};

/// How long a tree of processes is killed again and again. What is alive then cannot be killed, or
/// not by us, and is left.
inline constexpr std::chrono::milliseconds guardian_patience{2000};

/// How long a guardian may take to start its program. Then it is killed, and so is the program.
inline constexpr std::chrono::milliseconds guardian_start{10'000};
/// How long a guardian may take to kill its tree. Then we do it.
inline constexpr std::chrono::milliseconds guardian_answer = 2 * guardian_patience;

/// Between two passes over a tree, in a guardian and in us.
inline constexpr unsigned guardian_pass_us = 500;
inline constexpr std::chrono::milliseconds orphan_pass{1};

/// Of what a child says on stderr the last so many bytes are kept.
inline constexpr std::size_t stderr_tail = std::size_t{16} * 1024;

/// Bytes of stderr read at once.
inline constexpr std::size_t stderr_chunk = std::size_t{4} * 1024;

/// How long the end of stderr is waited for when the child has ended. Then what has come is all.
inline constexpr std::chrono::milliseconds last_stderr{200};

/// Open files for which no share of the budget is taken: what the program holds all the time, and
/// what is opened and closed in one go. At most half of a small limit.
inline constexpr std::uint64_t descriptors_kept = 64;
/// The limit of open files where the system does not tell it.
inline constexpr std::uint64_t descriptors_unknown = 1024;
/// What a child needs while it starts (its three pipes and what watches it), and a guarded one,
/// with the socket to its guardian. One more than is left: queue_full.
inline constexpr std::size_t child_descriptors = 7;
inline constexpr std::size_t guarded_descriptors = 9;

}  // namespace tine::transport::limits
