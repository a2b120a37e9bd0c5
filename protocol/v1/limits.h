#pragma once
// The limits of the protocol, each with the rule at its edge.

#include <chrono>
#include <cstddef>

#include "base/limits.h"

namespace tine::v1::limits {

using namespace tine::limits;  // NOLINT(google-build-using-namespace): one name for a layer's
                               // limits

/// The longest text of one chunk, in bytes as it stands in the message. A longer one leaves as
/// several chunks of the same message.
inline constexpr std::size_t max_text_chunk = std::size_t{1024} * 1024;

/// The longest payload of an update: what fits a line beside the envelope. In a longer one the
/// longest strings are cut, with a marker; see shrink().
inline constexpr std::size_t max_payload = max_line - std::size_t{64} * 1024;

/// Strings of this length or less are never cut: names, ids and paths stay whole.
inline constexpr std::size_t min_cut = 4096;

/// How long the client may take to read or write a file, and to start, look at, end or release a
/// terminal. Then the call fails with timeout. Questions to a person and waiting for a command's
/// end have no deadline: they end with the answer, a cancel or the connection.
inline constexpr std::chrono::milliseconds client_call{60'000};

/// How long requests under way may take to end once the connection is going down. Then they are
/// left.
inline constexpr std::chrono::milliseconds close_grace{2'000};

/// Content blocks of a prompt. More: invalid_params.
inline constexpr std::size_t prompt_blocks = std::size_t{16} * 1024;

/// Requests for lists that a client may have open. Then nothing more is read until they are
/// answered: they end without the client, and faster than they come.
inline constexpr std::size_t open_lists = 64;

/// Sessions of a connection of which the last message is known, for clients that join messages. Of
/// more, the known ones are forgotten: a blank line may be missing then.
inline constexpr std::size_t gap_sessions = 1000;

}  // namespace tine::v1::limits
