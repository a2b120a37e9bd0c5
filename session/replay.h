#pragma once
// Sends a client what happened in a session, from its transcripts, in slices: others on the loop go
// on meanwhile, and the session itself may be running. A first pass over the transcripts finds what
// is to be left out of them, so that a client gets no more than it can hold.
//
// A plain function on the loop's thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "protocol/v1/client.h"
#include "session/meta.h"
#include "session/record/record.h"
#include "session/store/line.h"
#include "transport/cancel.h"

namespace tine::session {

struct ReplayRequest {
  std::shared_ptr<Record> record;
  std::uint64_t from_seq = 0;  ///< the end of a turn: what came up to it is not sent
  /// How many bytes the client is to get: see LoadBudget. 0: all.
  std::uint64_t max_bytes = 0;
  v1::Client* client = nullptr;
  transport::CancelSource cancel;
  /// Whether the client still is the one that the session has; it may be gone when this is false.
  std::function<bool()> goes_on;
  /// Suspends while the client has too much to read.
  std::function<transport::Task<void>()> room;
};

/// When it succeeds the client has been sent everything up to this moment, but for what it tells.
transport::Task<Result<LeftOut>> replay(Library library, ReplayRequest request);

/// One turn of the session's own: its prompt is the first one behind `before`.
struct OneTurn {
  std::uint64_t before = 0;  ///< the end of the turn before it, or of what came before that
  std::uint64_t until = 0;   ///< its own end
  std::string prompt_id;     ///< which each update is marked with
  /// Also what only the newest of says: the title, and how full the context is.
  bool is_last = false;
  std::function<void(const store::Line&)> see;  ///< is shown each record of it
};

/// Sends the client what was said in the turn behind its prompt; of the request's bounds none
/// holds.
transport::Task<Result<void>> replay_turn(Library library, ReplayRequest request, OneTurn turn);

}  // namespace tine::session
