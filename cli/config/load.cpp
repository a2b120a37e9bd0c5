#include <algorithm>

#include "base/toml/document.h"
#include "cli/config/apply.h"
#include "cli/config/config.h"
#include "cli/config/discover.h"
#include "cli/config/schema.h"
#include "cli/config/width.h"
#include "session/limits.h"

namespace tine::cli {
namespace {

/// An empty variable counts as none.
std::string variable(const Env& env, std::string_view name) {
  return env.variable(name).value_or(std::string());
}

/// Where a file of the user would be; empty: no home directory is known.
std::string user_file(const Env& env, const std::string& home, std::string_view name) {
  // As the XDG Base Directory Specification has it: a relative path is ignored.
  std::string folder = variable(env, "XDG_CONFIG_HOME");
  if (!folder.starts_with('/')) folder = home.empty() ? home : home + "/.config";
  return folder.empty() ? folder : folder.append("/tine/").append(name);
}

Result<void> apply_environment(const Env& env, std::string_view home, Config& to) {
  for (const SettingKey& key : setting_keys()) {
    if (key.variable.empty()) continue;
    const std::string text = variable(env, key.variable);
    if (text.empty()) continue;
    Origin origin{Layer::environment, std::string(key.variable), {}};
    if (auto done = apply_text(key, text, std::move(origin), home, to); !done) return done;
  }
  return {};
}

Result<void> apply_flags(std::span<const FlagValue> flags, std::string_view home, Config& to) {
  for (const FlagValue& each : flags) {
    for (const SettingKey& key : setting_keys()) {
      if (key.flag != each.flag) continue;
      Origin origin{Layer::flag, std::string(each.flag), {}};
      if (auto done = apply_text(key, each.value, std::move(origin), home, to); !done) return done;
    }
  }
  return {};
}

/// What is installed, unless the user has a backend of that name.
void add_discovered(const ConfigSources& sources, Config& to) {
  for (BackendConfig& backend : discover_backends(sources.env, sources.is_program)) {
    if (to.find_backend(backend.name) == nullptr) to.backends.push_back(std::move(backend));
  }
}

Result<void> settle_default(Config& config) {
  const std::string& name = config.settings.default_backend;
  if (name.empty()) return {};
  const Origin* const origin = config.origin_of("default_backend");
  if (config.find_backend(name) == nullptr)
    return refuse_backend(config, "default_backend", name, *origin);
  config.default_backend = name;
  config.default_reason = "it is the default_backend of " + origin->str();
  return {};
}

/// A name that nobody has is a slip; a program that is not installed today may be tomorrow.
Result<void> check_fallback(const Strings& names, const Origin& origin, Config& config) {
  for (const std::string& name : names) {
    if (config.find_backend(name) != nullptr) continue;
    if (!backend_kind_named(name)) return refuse_backend(config, "fallback", name, origin);
    config.warnings.push_back(origin.str() + ": fallback: " + name + " is not installed");
  }
  return {};
}

void clamp_prefix_budget(Config& config) {
  using namespace session::limits;
  std::int64_t& budget = config.settings.session_fork_prefix_budget;
  const std::int64_t good = std::clamp(budget, static_cast<std::int64_t>(least_seed_tokens),
                                       static_cast<std::int64_t>(most_seed_tokens));
  if (good == budget) return;
  config.warnings.push_back(config.origin_of("session.fork_prefix_budget")->str() +
                            ": session.fork_prefix_budget: " + std::to_string(budget) +
                            " is taken as " + std::to_string(good));
  budget = good;
}

Result<void> check_fallbacks(Config& config) {
  if (const Origin* const origin = config.origin_of("fallback")) {
    const Origin where = *origin;
    if (auto good = check_fallback(config.settings.fallback, where, config); !good) return good;
  }
  for (const BackendConfig& backend : config.backends) {
    if (auto good = check_fallback(backend.fallback, backend.origin, config); !good) return good;
  }
  return {};
}

}  // namespace

const BackendConfig* Config::find_backend(std::string_view name) const {
  for (const BackendConfig& backend : backends) {
    if (backend.name == name) return &backend;
  }
  return nullptr;
}

const Origin* Config::origin_of(std::string_view key) const {
  const auto all = setting_keys();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == key && !origins[i].empty()) return &origins[i].back();
  }
  return nullptr;
}

Result<Config> load_config(const ConfigSources& sources) {
  Config config;
  const std::string home = variable(sources.env, "HOME");
  config.user_file = user_file(sources.env, home, "config.toml");
  config.prices_file = user_file(sources.env, home, "prices.toml");
  if (!config.user_file.empty()) {
    const auto text = sources.read(config.user_file);
    if (!text) return tl::unexpected(text.error());
    if (text->has_value()) {
      config.user_file_exists = true;
      const auto root = toml::parse(**text, config.user_file, ErrorKind::config_invalid);
      if (!root) return tl::unexpected(root.error());
      if (auto done = apply_user_file(*root, config.user_file, home, config); !done) {
        return tl::unexpected(done.error());
      }
    }
  }
  if (auto done = apply_environment(sources.env, home, config); !done) {
    return tl::unexpected(done.error());
  }
  if (auto done = apply_flags(sources.flags, home, config); !done) {
    return tl::unexpected(done.error());
  }
  config.mode_without_project = config.settings.mode;

  add_discovered(sources, config);
  DefaultBackend chosen = choose_default(config.backends.front());
  config.default_backend = std::move(chosen.name);
  config.default_reason = std::move(chosen.reason);
  if (auto done = settle_default(config); !done) return tl::unexpected(done.error());
  clamp_prefix_budget(config);
  if (const auto rules = permission_rules(config); !rules) return tl::unexpected(rules.error());
  if (auto done = check_fallbacks(config); !done) return tl::unexpected(done.error());
  return config;
}

Result<Config> overlay_project(const Config& base, const std::string& cwd, const ReadFile& read) {
  const std::string file = cwd + (cwd.ends_with('/') ? "" : "/") + ".tine.toml";
  const auto text = read(file);
  if (!text) return tl::unexpected(text.error());
  if (!text->has_value()) return base;
  const auto root = toml::parse(**text, file, ErrorKind::config_invalid);
  if (!root) return tl::unexpected(root.error());
  Config config = base;
  config.project_file = file;
  config.settings.permissions_deny.clear();
  if (auto done = apply_project_file(*root, file, config); !done) {
    return tl::unexpected(done.error());
  }
  // It can only add to what the user denies.
  const Strings& denied = base.settings.permissions_deny;
  config.settings.permissions_deny.insert(config.settings.permissions_deny.begin(), denied.begin(),
                                          denied.end());
  if (auto done = settle_default(config); !done) return tl::unexpected(done.error());
  const Origin* const chosen = config.origin_of("default_backend");
  if (chosen != nullptr && chosen->layer == Layer::project) {
    const BackendConfig& backend = *config.find_backend(config.default_backend);
    if (auto done = check_project_backend(base, backend, *chosen); !done) {
      return tl::unexpected(done.error());
    }
  }
  return config;
}

}  // namespace tine::cli
