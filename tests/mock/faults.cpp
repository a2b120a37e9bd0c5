#include "tests/mock/faults.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tine::mock {
namespace {

/// The word of a fault's argument that is the number of times.
std::size_t times_at(const Step& step) {
  constexpr std::array<std::string_view, 4> second = {"status", "stop", "hang", "limit"};
  return std::find(second.begin(), second.end(), step.name) == second.end() ? 0 : 1;
}

}  // namespace

bool Faults::strikes(const std::string& place, const Step& step) {
  const auto parts = words(step.argument, 3);
  const std::size_t at = times_at(step);
  if (step.name == "limit" && parts.size() > 2 && parts[2] != dialect_) return false;
  int& happened = happened_[place + step.name];
  if (parts.size() > at && happened >= std::stoi(parts[at])) return false;
  ++happened;
  return true;
}

}  // namespace tine::mock
