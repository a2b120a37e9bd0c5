#pragma once
// Codex as a program.
//
// A constant.

#include "executor/program.h"

namespace tine::executor::codex {

inline constexpr Program program{.name = "Codex",
                                 .process = "codex app-server",
                                 .oldest = "0.169.0",
                                 .newest = "0.171.0",
                                 .install_hint = "Install Codex: npm install -g @openai/codex",
                                 .update_hint = "Update Codex: npm install -g @openai/codex",
                                 .login_command = "codex login",
                                 .login_hint = "Run `codex login` in a terminal, then try again."};

}  // namespace tine::executor::codex
