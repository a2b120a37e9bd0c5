#pragma once
// The guardian's side of a guarded child: a small process between us and a program, which makes
// sure that nothing that the program has started outlives us. It is this same executable, started
// with `guardian_word` as its first argument, in a session of its own, with the other end of a
// socket of ours as descriptor 3. It starts the program, which gets stdin, stdout and stderr for
// itself, and kills the whole tree when the program ends or our end of the socket closes, however
// that came. (guarded.h is our side.)
//
// It has no loop and waits for its children with waitpid, not with Boost.Process: as a subreaper it
// also gets processes that it has not started, whose pids nobody has told it, and it must be small,
// as there is one for each program.
//
// A process of its own with one thread; main hands over to it before anything else is made.

#include <cstdint>

namespace tine::transport {

/// The first argument. The soft limit of open files follows, which the program gets, then the path
/// of the program and its arguments.
inline constexpr const char* guardian_word = "__guard";
/// … of one whose stdin is a terminal, which becomes the controlling one of its program.
inline constexpr const char* guardian_terminal_word = "__guard-in-terminal";

/// What the guardian tells through its socket, as it lies in memory: both are the same executable.
struct GuardianReport {
  enum class Kind : std::int32_t {
    started,
    not_started,  ///< value: the errno
    ended,        ///< value: the status as waitpid has it
  };
  Kind kind = Kind::started;
  std::int32_t value = 0;
};

/// What it is told; the end of input says that the tree is to be killed.
inline constexpr char guardian_terminate = 'T';  ///< SIGTERM to the program's group

bool is_guardian(int argc, char** argv);
/// Does the guardian's work, and ends the process.
[[noreturn]] void guard(char** argv);

}  // namespace tine::transport
