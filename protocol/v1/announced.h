#pragma once
// Whether a request asks for no more than an agent or a session has announced.
//
// Plain functions. They give the refusal (unsupported, with the path of what is too much), or none.

#include <optional>
#include <vector>

#include "base/error.h"
#include "protocol/v1/types.h"

namespace tine::v1 {

/// Images, audio and embedded resources only as announced.
std::optional<Error> refusal(const PromptCapabilities& announced,
                             const std::vector<ContentBlock>& prompt);

/// MCP transports, additional directories and system prompts only as announced.
std::optional<Error> refusal(const AgentCapabilities& announced, const Workspace& workspace);

/// Takes out what only exists in the unstable protocol.
void keep_stable(AgentCapabilities& capabilities);

}  // namespace tine::v1
