#pragma once
// The limits of the search, each with the rule at its edge.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tine::session::search::limits {

/// Bytes of what is searched for, and its words and phrases. More: invalid_params.
inline constexpr std::size_t query = 4096;
inline constexpr std::size_t query_words = 32;

/// Bytes of a word that the index tells apart. Longer ones with the same beginning are looked at in
/// the transcript; the parts of such a word are not found.
inline constexpr std::size_t term = 64;

/// Hits that are given by default, and at most: more are invalid_params.
inline constexpr std::size_t hits = 20;
inline constexpr std::size_t most_hits = 1000;
/// Places in transcripts that are looked at for one search, the newest first. Behind them nothing
/// more is looked for, and the answer says so.
inline constexpr std::size_t looked_at = 20'000;

/// Places of one word in one text that are marked; further ones are not.
inline constexpr std::size_t marks = 256;

/// Bytes of a streamed message at which a further piece of it begins, which is found on its own.
inline constexpr std::size_t piece = std::size_t{64} * 1024;
/// Bytes of a text that are searched: of what is said its beginning, of what a tool was told or has
/// put out the beginning and the end, by halves.
inline constexpr std::size_t said = std::size_t{256} * 1024;
inline constexpr std::size_t tool = std::size_t{16} * 1024;
/// Tool calls of one turn whose end is awaited. Of more, the one that began first counts as ended.
inline constexpr std::size_t open_calls = 1024;
/// Bytes of text of a turn that has not ended that are kept in memory. More go into the index as if
/// the turn had ended.
inline constexpr std::size_t open_turn = std::size_t{16} * 1024 * 1024;

/// Pieces, and bytes of their text, that share one part of the index. With more, the next part is
/// begun. A part is what a removal has to go through.
inline constexpr std::size_t shard_pieces = 65'536;
inline constexpr std::int64_t shard_bytes = std::int64_t{32} * 1024 * 1024;
/// Bytes of text whose words are gathered before they go into the file.
inline constexpr std::size_t gathered = std::size_t{32} * 1024 * 1024;

/// Bytes of pages that SQLite caches, outside of a transaction and in one. A transaction keeps its
/// changed pages in memory to its end. If they fill the cache, SQLite reads every other page from
/// the file again each time it uses it.
inline constexpr std::size_t pages = std::size_t{2} * 1024 * 1024;
inline constexpr std::size_t pages_of_transaction = std::size_t{64} * 1024 * 1024;

/// Sessions, those used last, whose transcripts are looked at by each search for what has been
/// added without a turn's end: a turn that runs, or one that was killed.
inline constexpr std::size_t looked_at_anew = 64;

/// How long a search waits for another process that brings the index up to date. Then it answers
/// from what is there, and says so.
inline constexpr std::chrono::milliseconds patience{2'000};
inline constexpr std::chrono::milliseconds retry{20};
/// How long a reader waits for a writer to put its changes into the file.
inline constexpr std::chrono::milliseconds busy{5'000};

/// Bytes of an excerpt, about, and of it before the first word that was found.
inline constexpr std::size_t excerpt = 240;
inline constexpr std::size_t excerpt_before = 60;

/// How long after a turn's end a server brings the index up to date, where there is one.
inline constexpr std::chrono::milliseconds delay{5'000};

}  // namespace tine::session::search::limits
