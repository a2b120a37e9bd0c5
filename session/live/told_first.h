#pragma once
// The text that stands before the first prompt of a new conversation: the documents of the project,
// where its backend does not read them by itself, the memory of the project, and the session's
// past.
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

/// Whether the next prompt is the first one and carries a brief from the project's memory, by the
/// configuration. A fork has its parent's brief, and gets no other.
bool begins_with_brief(const Session& session);
/// Records the brief, unless it is cancelled meanwhile.
transport::Task<void> note_brief(Session& session, transport::CancelSource cancel);

/// What stands before a prompt.
struct ToldFirst {
  std::string past;       ///< a brief, or a summary of the transcript; empty: there is none
  std::string documents;  ///< those that the session was given before; empty: none
};

/// Reads the session's past from its transcript. Each prompt carries it until the provider has kept
/// a turn. `is_sent_again`: another backend has already had this prompt; the past then includes
/// what that backend did.
transport::Task<Result<ToldFirst>> past_to_tell(Session& session, bool is_sent_again);

/// Asks the client whether to go on from a summary of the transcript, as the provider has lost the
/// conversation. After a no the error is `lost`.
transport::Task<Result<ToldFirst>> offer_summary(Session& session, TurnClient& client, Error lost);

/// Puts the past in front of the prompt. With `has_documents`, and a backend that is given them, it
/// puts the documents before that, and records them: those that the session was given before,
/// otherwise those that are in the folder now. It records nothing once it is cancelled.
transport::Task<void> tell_first(Session& session, ToldFirst told, bool has_documents,
                                 std::vector<v1::ContentBlock>& blocks,
                                 transport::CancelSource cancel);

}  // namespace tine::session
