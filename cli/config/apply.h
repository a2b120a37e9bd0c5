#pragma once
// Puts what a source says into a Config: each value checked against the schema, each place noted.
//
// On the stack of load_config and overlay_project; no threads.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/toml/document.h"
#include "cli/config/config.h"
#include "cli/config/schema.h"

namespace tine::cli {

/// Keys that nobody knows are warned about.
Result<void> apply_user_file(const toml::Node& root, const std::string& file, std::string_view home,
                             Config& to);

/// Keys that a project may not set are an error.
Result<void> apply_project_file(const toml::Node& root, const std::string& file, Config& to);

/// One value from the environment or the command line.
Result<void> apply_text(const SettingKey& key, std::string_view text, Origin origin,
                        std::string_view home, Config& to);

/// Whether a backend may be called so.
bool is_backend_name(std::string_view name);

/// "FILE:LINE:COLUMN: TEXT" as an error of the configuration.
Failure refuse(const Origin& origin, std::string_view text);

/// No backend has the name that the setting at `origin` gives.
Failure refuse_backend(const Config& config, std::string_view key, std::string_view name,
                       const Origin& origin);

}  // namespace tine::cli
