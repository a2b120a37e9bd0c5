#pragma once
// A prompt for a process that may have gone while nobody looked: when it took nothing of the
// prompt, the conversation is opened again and given the prompt once more.
//
// A plain function, on the loop's thread. What it is given outlives it.

#include <functional>
#include <string_view>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/executor.h"
#include "transport/cancel.h"

namespace tine::executor {

struct Attempts {
  std::string_view session;
  std::string_view program;  ///< its name, for the log
  bool was_open = false;     ///< the process was there before the prompt
  const bool& closed;        ///< the conversation: no process may be started any more
  transport::CancelSource& cancel;
  /// Opens the conversation where needed.
  std::function<transport::Task<Result<void>>()> get_ready;
  /// Runs the turn. Gives whether the model was heard: then it has taken the prompt.
  std::function<transport::Task<bool>(TurnOutcome&)> play;
};

/// Gives the outcome of the last attempt, with no secret in the text of its error: services are
/// known to repeat a part of the key that they refuse.
transport::Task<TurnOutcome> attempted(Attempts attempts, Log& log, Redactor& redactor);

}  // namespace tine::executor
