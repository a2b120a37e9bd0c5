#pragma once
// Counts the bytes that a thread goes through: decoded, searched, checked, copied, written. So how
// long a piece of work keeps others waiting can be told in bytes, which are the same on every
// machine, busy or idle.
//
// Plain functions; each thread has a count of its own. Always on: it costs an addition for each
// text, none for each byte.

#include <cstddef>
#include <cstdint>

namespace tine {

inline thread_local std::uint64_t handled_by_thread = 0;

/// Adds to the count, each time that a text is gone through.
inline void count_handled(std::size_t bytes) { handled_by_thread += bytes; }

/// All that this thread has gone through.
inline std::uint64_t bytes_handled() { return handled_by_thread; }

}  // namespace tine
