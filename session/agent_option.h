#pragma once
// The option by which a person chooses the backend of a session in the editor: "Agent".
//
// Plain functions.

#include <optional>
#include <string_view>

#include "protocol/v1/types.h"
#include "session/backends.h"

namespace tine::session {

/// The id of the option.
inline constexpr std::string_view agent_option_id = "tine-agent";

/// None where there is nothing to choose. Where the session `has_past`, another agent is a fork,
/// and its description says so.
std::optional<v1::ConfigOption> agent_option(const Backends& backends,
                                             const executor::Executor& current, bool has_past);

}  // namespace tine::session
