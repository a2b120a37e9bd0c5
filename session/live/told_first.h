#pragma once
// What a conversation that begins anew is told before its first prompt: the documents of the
// project that its backend does not read by itself, what is remembered of the project, and what
// happened before.
//
// Plain functions on the loop's thread; the session and its client outlive a call.

#include <string>
#include <vector>

#include "base/result.h"
#include "session/live/turn_client.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::session {

class Session;

/// Whether the backend's conversation begins with this prompt, without a past of its own.
bool begins_anew(const Session& session);

/// Whether the next prompt is the first one, and carries what is remembered of the project, where
/// that is configured: a fork has what its parent was told.
bool begins_with_brief(const Session& session);
/// Writes that down, unless it is cancelled meanwhile.
transport::Task<void> note_brief(Session& session, transport::CancelSource cancel);

/// What stands in front of a prompt.
struct ToldFirst {
  std::string past;       ///< a brief, a summary of the transcript; empty: there is none
  std::string documents;  ///< of the project, as the session was given them before; may be empty
};

/// What happened before the conversation began. It stays to be told until the provider has kept a
/// turn. `is_sent_again`: another backend has had the prompt, and what it did of the turn is told
/// as well.
transport::Task<Result<ToldFirst>> past_to_tell(Session& session, bool is_sent_again);

/// The provider does not know the conversation any more, but the transcript does. Whoever asked is
/// told, and may go on from what it says. Otherwise `lost` is what went wrong.
transport::Task<Result<ToldFirst>> offer_summary(Session& session, TurnClient& client, Error lost);

/// Puts it in front of the prompt, and before it the documents of the project: where
/// `has_documents` and the backend is given them. They are those that the session has been given
/// before, otherwise those that are there now. They are written down. Once it is cancelled nothing
/// more is done.
transport::Task<void> tell_first(Session& session, ToldFirst told, bool has_documents,
                                 std::vector<v1::ContentBlock>& blocks,
                                 transport::CancelSource cancel);

}  // namespace tine::session
