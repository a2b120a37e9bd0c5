#pragma once
// The exit codes of the program; docs/cli.md lists them.

namespace tine::cli::exit_code {

inline constexpr int good = 0;
inline constexpr int failed = 1;       ///< what was asked for did not work
inline constexpr int usage = 2;        ///< the command line is wrong
inline constexpr int config = 3;       ///< the configuration is wrong
inline constexpr int cancelled = 4;    ///< the turn was cancelled or refused
inline constexpr int overdue = 5;      ///< the end took too long; what was left was killed
inline constexpr int by_signal = 128;  ///< plus the number of the signal

}  // namespace tine::cli::exit_code
