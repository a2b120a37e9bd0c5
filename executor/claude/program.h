#pragma once
// Claude Code as a program.
//
// A constant.

#include "executor/program.h"

namespace tine::executor::claude {

inline constexpr Program program{
    .name = "Claude Code",
    .process = "Claude Code",
    .oldest = "2.1.328",
    .newest = "2.1.332",
    .install_hint = "Install Claude Code: npm install -g @anthropic-ai/claude-code",
    .update_hint = "Update Claude Code: npm install -g @anthropic-ai/claude-code@latest",
    .login_command = "claude auth login",
    .login_hint =
        "Run `claude auth login` in a terminal, or set ANTHROPIC_API_KEY, then try again."};

}  // namespace tine::executor::claude
