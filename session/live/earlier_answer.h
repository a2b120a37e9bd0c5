#pragma once
// A prompt that a client sends again, under the id that it has given it, is answered again and not
// played again: the backend is given it at most once. What became of it stands in the transcript.
//
// Coroutines on the loop's thread; the session outlives them.

#include <optional>

#include "base/result.h"
#include "session/live/turns.h"
#include "session/record/record.h"
#include "transport/cancel.h"

namespace tine::session {

/// Sends the client what was said in answer to the prompt, and gives its answer. None: the backend
/// was never given it, so it is to be played. It is an error of its own when the turn was cut off,
/// that of the turn when it has failed, and invalid_params when the id is that of another prompt.
transport::Task<Result<std::optional<TurnReport>>> earlier_answer(Session& session,
                                                                  AskedPrompt asked,
                                                                  transport::CancelSource cancel);

/// That another process is at work in the session: says so of the prompt, when it is at work on
/// that.
Error told_of_prompt(Error locked, const Record& record, const AskedPrompt& asked);

}  // namespace tine::session
