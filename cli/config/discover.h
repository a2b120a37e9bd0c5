#pragma once
// What is installed here, for those who have configured nothing.

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "cli/config/files.h"
#include "cli/config/settings.h"

namespace tine::cli {

/// The path of the program `name` in PATH; empty when there is none. Entries of PATH that are not
/// absolute are passed over: they would find programs in the project.
std::string find_program(const Env& env, std::string_view name, const IsProgram& is_program);

/// The backends that are there without any configuration: codex and claude where they are
/// installed, and always the rehearsal agent, which comes last.
std::vector<BackendConfig> discover_backends(const Env& env, const IsProgram& is_program);

struct DefaultBackend {
  std::string name;
  std::string reason;  ///< a sentence for people, without a full stop
};

/// Chooses the default backend where no setting names one: the first that is configured, else the
/// first that is installed, else the rehearsal agent. `first` is the first of all in this order.
DefaultBackend choose_default(const BackendConfig& first);

}  // namespace tine::cli
