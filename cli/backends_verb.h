#pragma once
// `tine backends`: which agents are known, which of them are installed and configured, and how one
// is added to the user's configuration.
//
// Plain functions.

#include <string>

#include "base/env.h"
#include "cli/config/config.h"

namespace tine::cli {

/// What `tine backends` is asked to do.
enum class BackendsVerb : std::uint8_t { list, add };

struct BackendsArguments {
  BackendsVerb verb = BackendsVerb::list;
  std::string agent;  ///< the name of a known agent
  std::string name;   ///< of the backend; empty: the agent's
};

/// Returns the exit code.
int backends_verb(const Env& env, const Config& config, const BackendsArguments& arguments,
                  bool json);

}  // namespace tine::cli
