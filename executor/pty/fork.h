#pragma once
// Forks a conversation by a recipe: starts the program in a terminal, waits until the fork is
// written down, has the program leave, and sees to it that nothing of it is left.
//
// A coroutine on the loop's thread; what it refers to outlives it.

#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/program.h"
#include "executor/pty/recipe.h"
#include "transport/cancel.h"
#include "transport/worker.h"

namespace tine::executor::pty {

/// The name of the fork. Every way out ends the program's whole tree. `unwanted`: nobody waits for
/// the fork any more, so the program is ended at once (cancelled).
transport::Task<Result<std::string>> fork(transport::Loop& loop, transport::Worker& worker,
                                          Log& log, Redactor& redactor, const Program& program,
                                          Recipe recipe, transport::CancelSource unwanted);

}  // namespace tine::executor::pty
