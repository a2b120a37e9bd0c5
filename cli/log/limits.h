#pragma once
// Limits of the log.

#include <chrono>
#include <cstddef>

namespace tine::cli::limits {

/// Of one message in bytes, once its secrets are taken out. The rest is left out, and that is said.
inline constexpr std::size_t log_message = std::size_t{16} * 1024;

/// Of one line of the log: a message, each character of which may have been escaped.
inline constexpr std::size_t log_line = std::size_t{64} * 1024;

/// Messages, in bytes, that wait for the log's thread. Further ones are left out, counted, and the
/// count is logged.
inline constexpr std::size_t log_queue = std::size_t{256} * 1024;

/// What a message counts beside its text.
inline constexpr std::size_t log_overhead = 64;

/// How long a server that ends waits until its log is written; the rest is lost.
inline constexpr std::chrono::milliseconds log_flush{500};

/// How long the log's thread waits for somebody to read stderr. Then messages are left out there,
/// counted, and the count is said once it is read again.
inline constexpr std::chrono::milliseconds stderr_patience{100};

/// How long another process may take to open or rotate the log. Then messages are left out and
/// counted.
inline constexpr std::chrono::milliseconds rotation_patience{2000};
inline constexpr std::chrono::milliseconds rotation_pause{10};

/// The smallest size at which a log file is rotated: larger than any message.
inline constexpr std::int64_t least_log_file = std::int64_t{64} * 1024;

}  // namespace tine::cli::limits
