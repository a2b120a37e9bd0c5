#include "cli/amounts.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace tine::cli {
namespace {

constexpr const char* unknown = "?";

std::string printed(const char* form, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, number);
  return text.data();
}

}  // namespace

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string count_text(const std::optional<std::uint64_t>& count) {
  return count ? grouped(*count) : unknown;
}

std::string percent_text(const std::optional<double>& ratio) {
  return ratio ? std::to_string(std::lround(*ratio * 100.0)) + " %" : unknown;
}

std::string money_text(const std::optional<double>& dollars) {
  return dollars ? printed("$%.4f", *dollars) : unknown;
}

std::string seconds_text(std::chrono::steady_clock::duration time) {
  return printed("%.1f s", std::chrono::duration<double>(time).count());
}

}  // namespace tine::cli
