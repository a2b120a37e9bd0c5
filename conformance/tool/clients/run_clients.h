#pragma once
// Plays scenarios against a client, which starts an agent that is this program. Each starts the
// client anew, in a folder of its own.
//
// Plain functions. They start processes of this one; the process has no other threads.

#include <functional>
#include <vector>

#include "conformance/tool/run.h"

namespace tine::conformance {

/// The words in a client's command that stand for the agent's command, and for the folder in which
/// the client works.
inline constexpr const char* agent_word = "{agent}";
inline constexpr const char* cwd_word = "{cwd}";

/// The scenarios for clients that the program has.
Checked<std::vector<Scenario>> read_client_scenarios();

/// Starts the client and answers a prompt. `initialize` are the parameters of the client's own.
Introduction introduce_client(const Agent& client, SchemaCheck& schema);

std::vector<ScenarioResult> play_clients(const std::vector<const Scenario*>& scenarios,
                                         const Agent& client, const Introduction& introduction,
                                         SchemaCheck& schema, unsigned jobs,
                                         const std::function<void(std::size_t)>& done);

}  // namespace tine::conformance
