#pragma once
// The limits of Codex as a backend, each with the rule at its edge.

#include <chrono>
#include <cstddef>

namespace tine::executor::codex::limits {

using std::chrono::milliseconds;

/// A call that reads or makes a thread. Then: timeout. (To what it cannot parse app-server gives no
/// answer at all.)
inline constexpr milliseconds call{60'000};

/// How long a turn may be silent.
struct Patience {
  /// From a prompt to the first sign of the model. Then the turn is interrupted: timeout.
  milliseconds first_response{300'000};
  /// Between two signs of a turn while no question is open. Then, or at most after twice as long,
  /// it is interrupted: timeout. Commands may be silent for long.
  milliseconds idle{1'800'000};
  /// How long an interrupted turn may take to end. Then the turn is over without it, the thread is
  /// not used before it has, and app-server counts as silent. Less than the session gives a
  /// cancelled turn, so that what has to end is ended by then.
  milliseconds interrupt{3'000};
};
inline constexpr Patience patience;

/// How long app-server may take to let go of a thread. Then it counts as silent: it is not asked
/// again until it has said something.
inline constexpr milliseconds farewell{2'000};

/// Bytes of a file that only names another: of a worktree's `.git`. A larger one names none.
inline constexpr std::size_t folder_pointer = 4096;

/// Bytes of a command's output that are shown while it runs. What comes after them is shown at its
/// end.
inline constexpr std::size_t live_output = std::size_t{64} * 1024;

}  // namespace tine::executor::codex::limits
