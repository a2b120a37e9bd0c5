#pragma once
// The limits of the store, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "base/toml/limits.h"

namespace tine::session::store::limits {

/// How long a record may wait for its write. Shorter than what a SIGKILL may cost at most (100 ms).
inline constexpr std::chrono::milliseconds write_delay{50};

/// Bytes of one session that wait for their write. More: they are written at once.
inline constexpr std::size_t write_buffer = std::size_t{256} * 1024;

/// How long written bytes may wait until they are brought to disk; what a power loss may cost.
inline constexpr std::chrono::milliseconds sync_interval{2000};

/// A state.toml that is larger is damaged. None such is written: what this program does not know is
/// left out, and if that is not enough the old file stays.
inline constexpr std::size_t state_file = toml::limits::max_text;

/// Sessions that wait to be brought to disk, one file after the other. More: their whole file
/// system at once, which for so many is cheaper, whatever else waits on it.
inline constexpr std::size_t synced_one_by_one = 200;

/// The longest line of a transcript: a message of the greatest length and its envelope. A longer
/// one is damage, as none is written.
inline constexpr std::size_t transcript_line =
    tine::limits::max_line + std::size_t{1} * 1024 * 1024;

/// Bytes read at a time from a transcript; between them others on the loop get their turn.
inline constexpr std::size_t read_slice = std::size_t{1} * 1024 * 1024;

/// Bytes read at first for a single line.
inline constexpr std::size_t short_line = std::size_t{4} * 1024;

/// States that are read at a time when a list asks for many; each reader has at least so many to
/// read. Fewer are read one after the other.
inline constexpr std::size_t state_readers = 8;
inline constexpr std::size_t states_a_reader = 6;

/// The longest line of the index. A longer one is damage: the index is made anew.
inline constexpr std::size_t index_line = std::size_t{64} * 1024;
/// A larger index is damaged, and made anew without being read.
inline constexpr std::int64_t index_file = std::int64_t{1} << 30;
/// The index is written anew when it has more than this many lines that count no more, and more of
/// them than lines that count.
inline constexpr std::size_t dead_lines = 1000;
/// How long a change waits for the index when another process holds its lock, or the disk is full.
/// Then the index is removed, and the next reader makes it anew from the sessions.
inline constexpr std::chrono::milliseconds index_patience{2'000};
/// The lock is held for about a millisecond, so the first tries follow one another soon; each pause
/// is twice the one before, up to the longest.
inline constexpr std::chrono::milliseconds first_index_retry{1};
inline constexpr std::chrono::milliseconds index_retry{20};

/// A new fork's number is one more than the highest in the titles of so many of its parent's forks.
inline constexpr std::size_t titled_forks = 64;

/// Forks on the way from a first session to a fork. One more is refused: depth_exceeded. A lineage
/// that is longer counts as damaged.
inline constexpr std::uint64_t fork_depth = 4096;

/// How often a folder that is removed is emptied while other processes still add files to it. After
/// that the removal fails: storage_failed.
inline constexpr int removal_tries = 16;

/// The name of a project's folder. A longer one is cut and made unique by a checksum of the whole
/// path.
inline constexpr std::size_t folder_name = 200;

/// How often a lock is tried for by which processes take turns with a file, and the pause in
/// between. Then what it was for fails: storage_failed.
inline constexpr int file_lock_tries = 100;
inline constexpr std::chrono::milliseconds file_lock_pause{20};

/// How often a lock is tried for at once that others only look at. Then it counts as held.
inline constexpr int lock_tries_at_once = 10;

/// Bytes of the file that says which names the folders of projects had; a larger one is not read.
inline constexpr std::size_t known_names = std::size_t{4} * 1024 * 1024;

/// Projects in it. When there are more it begins anew.
inline constexpr std::size_t known_projects = 10'000;

/// How long ago a folder must have changed for its names to be kept: what changes it within one
/// tick of the file system's clock, or in the same second of an old one, does not show.
inline constexpr std::chrono::milliseconds names_settled{2'000};

/// Text in a lock file.
inline constexpr std::size_t lock_file = 4096;

}  // namespace tine::session::store::limits
