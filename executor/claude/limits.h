#pragma once
// The limits of Claude Code as a backend, each with the rule at its edge.

#include <chrono>
#include <cstddef>

#include "transport/guarded.h"

namespace tine::executor::claude::limits {

using std::chrono::milliseconds;

/// A control request, but for an interrupt. Then: timeout.
inline constexpr milliseconds control{30'000};

/// How long a turn may be silent.
struct Patience {
  /// While an answer of the model is due or under way. Then the turn is interrupted: timeout.
  milliseconds model{300'000};
  /// While a tool runs and no question is open. Then it is interrupted: timeout. Commands may be
  /// silent for long.
  milliseconds tool{1'800'000};
  /// How long an interrupted turn may take to end. Then its process is ended, and resumed by the
  /// next prompt.
  milliseconds interrupt{3'000};
  /// From the end of the last background agent to the turn that Claude begins for it. Then there is
  /// none.
  milliseconds follow_up{5'000};
};
inline constexpr Patience patience;

/// How long a process may take to end when it ignores a request.
inline constexpr transport::KillLadder killing{.after_input = milliseconds(0),
                                               .after_term = milliseconds(500)};

/// What a process is given to end that was never prompted: nothing of it is lost, and while it
/// starts it heeds neither the end of its input nor, at times, SIGTERM.
inline constexpr transport::KillLadder unused{.after_input = milliseconds(0),
                                              .after_term = milliseconds(100)};

/// What a run of the program that does one thing and ends is given for it. Then it is made to end.
inline constexpr transport::KillLadder errand{.after_input = milliseconds(30'000),
                                              .after_term = milliseconds(1'000)};

/// How long a process may do nothing. Then it is ended, and resumed by the next prompt.
inline constexpr milliseconds idle{15 * 60'000};

/// How often is looked for such a one.
inline constexpr milliseconds idle_look{60'000};

/// Processes that do nothing, each of which holds 200 MB. When there are more, those are ended that
/// have been idle for the longest time.
inline constexpr std::size_t idle_processes = 8;

/// Bytes of what a tool gave back in its own form. More of it is left out: its text is shown.
inline constexpr std::size_t raw_output = std::size_t{64} * 1024;

/// Bytes of a line in a conversation's file. A longer one is passed over, as if it were not there:
/// images make long lines, yet what the CLI has sent fits.
inline constexpr std::size_t session_line = std::size_t{32} * 1024 * 1024;

/// Bytes of a conversation's file that are read at first, from its end: a turn of some calls.
inline constexpr std::size_t session_piece = std::size_t{64} * 1024;

/// Bytes of the user's .claude.json, in which it stands what they trust. In a larger one nothing is
/// found.
inline constexpr std::size_t trust_record = std::size_t{16} * 1024 * 1024;

/// Bytes of all that is told of what a folder would start. More: it counts as unclear.
inline constexpr std::size_t folder_lines = std::size_t{256} * 1024;

/// Rules and directories that a person has allowed for a session, each. More: the oldest is asked
/// about again once the process has slept.
inline constexpr std::size_t granted = 200;

/// Steps from a document to what it imports, and to what that imports; folders in the folder of
/// rules below each other. What is further away is not read.
inline constexpr std::size_t import_depth = 4;
inline constexpr std::size_t rule_folders = 16;

/// Lines and bytes that Claude Code reads of its own notes on a project; the rest is left out.
inline constexpr std::size_t note_lines = 200;
inline constexpr std::size_t note_bytes = 25'000;

}  // namespace tine::executor::claude::limits
