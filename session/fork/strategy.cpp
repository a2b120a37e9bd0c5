#include "session/fork/strategy.h"

namespace tine::session {

std::string_view name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::native:
      return "native";
    case Strategy::pty:
      return "pty";
    case Strategy::soft:
      break;
  }
  return "soft";
}

std::optional<Strategy> strategy_named(std::string_view name) {
  for (const Strategy each : strategies) {
    if (name_of(each) == name) return each;
  }
  return std::nullopt;
}

}  // namespace tine::session
