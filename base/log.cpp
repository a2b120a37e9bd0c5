#include "base/log.h"

#include "base/ulid.h"

namespace tine {
namespace {

std::string_view name_of(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return "debug";
    case Log::Level::info:
      return "info";
    case Log::Level::warning:
      return "warning";
    default:
      return "error";
  }
}

}  // namespace

void Log::write(Level level, std::string_view text) {
  if (level < least_) return;
  std::string line = rfc3339(env_.wall_ms());
  line.append(" tine ").append(name_of(level)).append(": ");
  // A message of several lines stays one line of the log.
  for (const char c : text) line.append(c == '\n' ? "\\n" : std::string_view(&c, 1));
  line.push_back('\n');
  sink_(line);
}

}  // namespace tine
