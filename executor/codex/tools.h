#pragma once
// The items of a Codex thread as ACP's tool calls. docs/codex.md has the table.
//
// Plain functions on views.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "protocol/v1/types.h"

namespace tine::executor::codex {

/// The item as a tool call with all that is known of it; none when it is no tool call.
std::optional<v1::ToolCall> tool_call_of(json::View item);

/// `changes` of a fileChange.
std::vector<v1::ToolContent> diffs_of(json::View changes);

/// What a command line says without the shell around it.
std::string bare_command(std::string_view command);

/// The entries of turn/plan/updated.
std::vector<v1::PlanEntry> plan_of(json::View plan);

}  // namespace tine::executor::codex
