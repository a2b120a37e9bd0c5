#pragma once
// The tools of Claude Code as ACP's tool calls. docs/claude.md has the table.
//
// Plain functions on views.

#include <string_view>

#include "base/json/view.h"
#include "protocol/v1/types.h"

namespace tine::executor::claude {

/// A tool_use block, as a call that runs. As long as its input is still streamed and therefore
/// empty it has a title made of the tool's name alone, and no more.
v1::ToolCall tool_call_of(json::View tool_use, std::string_view cwd);

/// A tool_result block, with the `tool_use_result` beside its message, as a change to that call.
/// An edit that went well leaves the call's diffs as they are, or brings better ones: where in the
/// file, and with what around them.
v1::ToolCall tool_result_of(json::View tool_result, json::View tool_use_result);

}  // namespace tine::executor::claude
