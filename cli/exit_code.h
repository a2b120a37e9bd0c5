#pragma once
// The exit codes of the program; docs/cli.md lists them.

#include "base/error.h"

namespace tine::cli::exit_code {

inline constexpr int good = 0;
inline constexpr int failed = 1;            ///< what was asked for did not work
inline constexpr int usage = 2;             ///< the command line is wrong
inline constexpr int config = 3;            ///< the configuration is wrong
inline constexpr int cancelled = 4;         ///< the turn was cancelled or refused
inline constexpr int overdue = 5;           ///< the end took too long; what was left was killed
inline constexpr int not_found = 6;         ///< there is no such session
inline constexpr int ambiguous = 7;         ///< several sessions are meant
inline constexpr int locked = 8;            ///< another process is at work in the session
inline constexpr int limit_reached = 9;     ///< of the account: later, or with another one
inline constexpr int login_needed = 10;     ///< the backend is not logged in
inline constexpr int backend_missing = 11;  ///< … not installed, or too old
inline constexpr int timed_out = 12;        ///< the turn, or an answer, took too long
inline constexpr int backend_failed = 13;   ///< … ended, or reported an error
inline constexpr int too_deep = 14;         ///< agents are nested too deeply
inline constexpr int interrupted = 15;      ///< the prompt of that id was begun and cut off
inline constexpr int memory_low = 16;       ///< too little memory is free for another process
inline constexpr int by_signal = 128;       ///< plus the number of the signal

int of(ErrorKind kind);

}  // namespace tine::cli::exit_code
