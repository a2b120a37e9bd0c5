#pragma once
// The limits of an ACP agent as a backend, each with the rule at its edge.

#include <chrono>
#include <cstddef>

namespace tine::executor::acp::limits {

using std::chrono::milliseconds;

/// A call that makes, loads or changes a session. Then: timeout.
inline constexpr milliseconds call{60'000};

/// How long a turn may be silent.
struct Patience {
  /// From a prompt to the first sign of the model. Then the turn is cancelled: timeout.
  milliseconds first_response{300'000};
  /// Between two signs of a turn while no question is open. Then, or at most after twice as long,
  /// it is cancelled: timeout. Commands may be silent for long.
  milliseconds idle{1'800'000};
  /// How long a cancelled turn may take to end. Then it is over without the agent, which counts as
  /// silent. Less than the session gives a cancelled turn.
  milliseconds cancel{3'000};
};
inline constexpr Patience patience;

/// How long an agent may take to close a session. Then it counts as silent: it is not asked again
/// until it has said something.
inline constexpr milliseconds farewell{2'000};

/// Updates of a session that come before its conversation is made, as when they are in one write
/// with the answer. Of more the last ones are kept: the others may be of a session that has gone.
inline constexpr std::size_t early_updates = 64;

/// Bytes of one of them. A longer one is not kept.
inline constexpr std::size_t early_update = std::size_t{256} * 1024;

/// Bytes of what an agent replays of its answers that are kept, to find the last one in them.
inline constexpr std::size_t replayed_text = std::size_t{64} * 1024;

/// Letters and digits of an answer by which it is found there.
inline constexpr std::size_t compared_answer = 200;

/// Folders that are looked into, from the session's own upwards. Those above them are not.
inline constexpr std::size_t folders_above = 64;

}  // namespace tine::executor::acp::limits
