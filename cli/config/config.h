#pragma once
// The configuration in force: what the user's file, the environment, the flags and a project's file
// say, each overriding the one before it but the project's, which the environment and the flags
// override; and what is installed where nobody says anything.
//
// Values, made at start and once more for each session's project; no threads.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "cli/config/files.h"
#include "cli/config/origin.h"
#include "cli/config/settings.h"
#include "session/permission_rules.h"

namespace tine::cli {

/// A flag of the command line that was given, by its name ("--backend").
struct FlagValue {
  std::string_view flag;
  std::string value;
};

struct ConfigSources {
  const Env& env;
  ReadFile read;
  IsProgram is_program;
  std::vector<FlagValue> flags;
};

struct Config {
  static constexpr std::size_t keys = 43;  ///< as many as setting_keys()

  Settings settings;
  /// Where each key is set, by its place in setting_keys(): the last one holds. Empty: the default.
  std::array<std::vector<Origin>, keys> origins;
  /// Of a process that keeps nothing and reads no documents of a project.
  bool ephemeral = false;

  /// In the order of the file, then what is installed, then the rehearsal agent.
  std::vector<BackendConfig> backends;

  /// The backend of sessions that name none, and a sentence on why it is that one.
  std::string default_backend;
  std::string default_reason;

  /// The key `mode` without the project's file, which may only narrow it.
  std::string mode_without_project;

  std::string user_file;  ///< where it would be; empty: no home directory is known
  bool user_file_exists = false;
  std::string prices_file;          ///< the same of the user's prices
  bool prices_file_exists = false;  ///< known once they have been looked at
  std::string project_file;         ///< empty: there is none
  std::vector<std::string> warnings;

  const BackendConfig* find_backend(std::string_view name) const;
  /// Where the key's value comes from; null: it is the default.
  const Origin* origin_of(std::string_view key) const;
};

/// What a process begins with. A file that is absent sets nothing.
Result<Config> load_config(const ConfigSources& sources);

/// The same with the `.tine.toml` of the directory `cwd`, where there is one. It comes with code
/// that is not trusted, so it may set only what setting_keys() marks for it; anything else in it is
/// an error.
Result<Config> overlay_project(const Config& base, const std::string& cwd, const ReadFile& read);

/// The rules that answer permission questions in place of a person.
Result<std::vector<session::PermissionRule>> permission_rules(const Config& config);

/// What a session of a backend begins with; empty: the backend's own choice.
struct SessionDefaults {
  std::string model;
  std::string effort;
  std::string mode;
  std::string mode_otherwise;  ///< what the mode would be without the project's file
};

/// What the user's file says of the backend itself goes before what it says of all.
SessionDefaults session_defaults(const Config& config, const BackendConfig& backend);

/// Whether the config's mode, if it comes from a project, may be that of a session which would
/// begin with `otherwise` without it. `narrowest_first` are the modes of its backend. A failure
/// says in which file and line the mode is refused.
Result<void> check_project_mode(const Config& config, std::string_view otherwise,
                                std::span<const std::string_view> narrowest_first);

}  // namespace tine::cli
