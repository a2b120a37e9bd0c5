#include "cli/log/log_file.h"

#include "session/store/store.h"

namespace tine::cli {

std::string log_file(const Settings& settings, const Env& env) {
  if (settings.log_file == "none") return {};
  if (!settings.log_file.empty()) return settings.log_file;
  const auto root = session::store::default_root(env);
  return root ? *root + "/log/tine.log" : std::string();
}

std::string internal_hint(const std::string& log_file) {
  std::string hint(facts(ErrorKind::internal).hint);
  return log_file.empty() ? hint : hint + " It is in " + log_file + ".";
}

}  // namespace tine::cli
