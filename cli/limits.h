#pragma once
// The limits of the command line, each with the rule at its edge.

#include <chrono>

namespace tine::cli::limits {

/// How long the program may take to end once its input has ended or a signal has asked it to. Then
/// what is left is killed, and the program ends with exit_code::overdue.
inline constexpr std::chrono::milliseconds ending{5'000};

/// How long what is left is killed again and again. What is alive then cannot be killed.
inline constexpr std::chrono::milliseconds killing{1'000};

}  // namespace tine::cli::limits
