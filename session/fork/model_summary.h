#pragma once
// The summary of a conversation that its own model writes: its provider branches the conversation,
// the branch is asked once, and is ended. Nothing of it stays.
//
// A coroutine on the loop's thread; what it starts ends with it, or is ended beside it.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/executor.h"
#include "session/limits.h"
#include "transport/loop.h"

namespace tine::session {

struct SummaryOrder {
  executor::Executor* backend = nullptr;  ///< outlives the coroutine
  executor::ConversationSpec spec;
  executor::ProviderPoint at;
  std::uint64_t most_tokens = 0;  ///< that the summary may have, frame and all
  std::chrono::milliseconds patience = limits::model_summary_patience;
  std::chrono::milliseconds grace = limits::cancel_grace;  ///< for its turn to end after that
};

/// Gives the summary as a prompt carries it: in quotes, framed, without secrets. What the model
/// asks for is refused. timeout: it was not done in time; unsupported: it has said nothing.
transport::Task<Result<std::string>> model_summary(transport::Loop& loop, Redactor& redactor,
                                                   SummaryOrder order);

/// The frame and the quotation around what a model has said; its end is left out where it has more
/// than `most_tokens`. Empty: there is nothing to tell.
std::string framed_summary(std::string_view said, std::uint64_t most_tokens);

}  // namespace tine::session
