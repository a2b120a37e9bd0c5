#include "cli/log/log_file.h"

#include <unistd.h>

#include "session/store/store.h"

namespace tine::cli {

std::string log_file(const Settings& settings, const Env& env) {
  if (settings.log_file == "none") return {};
  if (!settings.log_file.empty()) return settings.log_file;
  const auto root = session::store::default_root(env);
  return root ? *root + "/log/tine.log" : std::string();
}

Log::Level level_on_stderr(const Config& config, const std::string& log_file) {
  const bool is_asked_for = config.origin_of("log_level") != nullptr || log_file.empty();
  return is_asked_for || ::isatty(STDERR_FILENO) == 1 ? Log::Level::debug : Log::Level::warning;
}

std::string internal_hint(const std::string& log_file) {
  std::string hint(facts(ErrorKind::internal).hint);
  return log_file.empty() ? hint : hint + " It is in " + log_file + ".";
}

}  // namespace tine::cli
