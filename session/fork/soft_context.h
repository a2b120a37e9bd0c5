#pragma once
// What a session's transcript says, in few words, for a backend that has not been there: a fork
// that goes on elsewhere, a conversation that its provider has lost.
//
// A plain function on the loop's thread; it reads in slices, and writes the text beside the loop.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/redact/redactor.h"
#include "base/result.h"
#include "session/fork/digest.h"
#include "session/fork/soft_text.h"
#include "session/record/history.h"
#include "session/store/store.h"
#include "transport/loop.h"

namespace tine::session {

/// Records of a history: behind `since`, the end of a turn or 0, up to `until`.
struct Span {
  std::uint64_t since = 0;
  std::uint64_t until = 0;
};

/// Gathers what happened in the span; of each text `room` bytes are kept.
transport::Task<Result<Digest>> digest_of(transport::Loop& loop, store::Store& store,
                                          Redactor& redactor,
                                          std::shared_ptr<const History> history, Span span,
                                          std::size_t room);

/// Tells what happened in the span, in at most `most_tokens`. What the redactor knows
/// by now is taken out before anything is cut. What the session was told of a calling agent's comes
/// before it, in the room that it was given then. unsupported: there is nothing to tell, or no
/// room.
transport::Task<Result<SoftContext>> soft_context(transport::Loop& loop, store::Store& store,
                                                  Redactor& redactor,
                                                  std::shared_ptr<const History> history, Span span,
                                                  std::uint64_t most_tokens);

}  // namespace tine::session
