#pragma once
// How amounts are put for people: tokens, parts, money, time. What is not known is "?".
//
// Plain functions.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tine::cli {

/// 12,345
std::string grouped(std::uint64_t count);
std::string count_text(const std::optional<std::uint64_t>& count);
/// 71 %
std::string percent_text(const std::optional<double>& ratio);
/// $0.0123
std::string money_text(const std::optional<double>& dollars);
/// 1.2 s
std::string seconds_text(std::chrono::steady_clock::duration time);

}  // namespace tine::cli
