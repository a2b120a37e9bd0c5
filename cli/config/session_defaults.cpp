#include <algorithm>

#include "cli/config/apply.h"
#include "cli/config/config.h"

namespace tine::cli {
namespace {

/// Whether a key that is set for all backends goes before what the user's file says of one.
bool beats_backend(const Config& config, std::string_view key) {
  const Origin* const origin = config.origin_of(key);
  return origin != nullptr && origin->layer > Layer::user;
}

std::string chosen(const Config& config, std::string_view key, const std::string& for_all,
                   const std::string& for_backend) {
  return for_backend.empty() || beats_backend(config, key) ? for_all : for_backend;
}

}  // namespace

SessionDefaults session_defaults(const Config& config, const BackendConfig& backend) {
  const Origin* const origin = config.origin_of("mode");
  const bool from_project = origin != nullptr && origin->layer == Layer::project;
  SessionDefaults defaults;
  defaults.model = chosen(config, "model", config.settings.model, backend.model);
  defaults.effort = chosen(config, "effort", config.settings.effort, backend.effort);
  defaults.mode = chosen(config, "mode", config.settings.mode, backend.permission_mode);
  defaults.mode_otherwise = defaults.mode;
  if (from_project) {
    defaults.mode_otherwise =
        backend.permission_mode.empty() ? config.mode_without_project : backend.permission_mode;
  }
  return defaults;
}

Result<void> check_project_mode(const Config& config, std::string_view otherwise,
                                std::span<const std::string_view> narrowest_first) {
  const Origin* const origin = config.origin_of("mode");
  if (origin == nullptr || origin->layer != Layer::project) return {};
  const auto begin = narrowest_first.begin();
  const auto end = narrowest_first.end();
  const auto wanted = std::find(begin, end, config.settings.mode);
  if (wanted == end) {
    return refuse(*origin, "mode: the backend has no mode " + shown(config.settings.mode));
  }
  // What the backend does not know cannot be compared: only the narrowest of all is safe then.
  const auto known = std::find(begin, end, otherwise);
  const auto widest = known == end ? begin : known;
  if (wanted <= widest) return {};
  return refuse(*origin,
                "mode: a project's file may only choose a narrower mode than " + shown(otherwise));
}

}  // namespace tine::cli
