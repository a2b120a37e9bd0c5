#pragma once
// The limits of forks that a program makes in a terminal, each with the rule at its edge.

#include <chrono>
#include <cstddef>

#include "transport/guarded.h"

namespace tine::executor::pty::limits {

using std::chrono::milliseconds;

/// How long a program may take for each step.
struct Patience {
  /// From its start to a fork that is written down whole. Then it is ended: timeout. It takes a
  /// second on an idle machine; one that asks something waits for ever.
  milliseconds fork{40'000};
  /// From the first word that it is to leave to its end. Then it is made to end.
  milliseconds leaving{5'000};
  /// Between two words that it is to leave: some programs want to be told twice.
  milliseconds again{300};
};
inline constexpr Patience patience;

/// Between two looks at what it has written down.
inline constexpr milliseconds look{50};

/// What a program that does not leave is given to end. It has hung up by then.
inline constexpr transport::KillLadder ending{.after_input = milliseconds(500),
                                              .after_term = milliseconds(500)};

/// Bytes of a line in the file in which it writes down a fork. A longer one is passed over.
inline constexpr std::size_t trace_line = std::size_t{32} * 1024 * 1024;
/// Bytes of that file that are read at once.
inline constexpr std::size_t trace_chunk = std::size_t{256} * 1024;
/// Folders that are looked through for it. In further ones it is not found.
inline constexpr std::size_t trace_folders = 10'000;

/// Bytes at the least of what a terminal shows that may be answered, as configured. A shorter one
/// is refused: it could stand in any question.
inline constexpr std::size_t least_shown = 8;
/// Between two answers to the same question, if it is still shown.
inline constexpr milliseconds answer_again{2'000};
/// Answers that can be configured. More are refused.
inline constexpr std::size_t own_answers = 16;

/// Bytes of what a program shows in an error's text: the last ones.
inline constexpr std::size_t told_screen = 600;

}  // namespace tine::executor::pty::limits
