#pragma once
// Builds what app-server gets when a turn begins: the prompt, and what the person has chosen.
//
// Plain functions.

#include <string>
#include <vector>

#include "executor/codex/options.h"
#include "executor/executor.h"

namespace tine::executor::codex {

/// Model and effort are named where `known` does not say them already, permissions always: what a
/// thread has when it is opened is narrower. `workspace_sandbox` is that of launch.h.
std::string turn_params(const std::string& thread_id, const std::vector<v1::ContentBlock>& prompt,
                        const std::string& workspace_sandbox, const Choices& choices,
                        const Choices& known);

/// Words for a turn that runs.
std::string steer_params(const std::string& thread_id, const std::string& turn_id,
                         const std::vector<v1::ContentBlock>& words);

}  // namespace tine::executor::codex
