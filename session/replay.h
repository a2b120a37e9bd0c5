#pragma once
// Sends a client what happened in a session, from its transcripts, in slices: others on the loop go
// on meanwhile, and the session itself may be running.
//
// A plain function on the loop's thread.

#include <cstdint>
#include <functional>
#include <memory>

#include "protocol/v1/client.h"
#include "session/record/record.h"
#include "transport/cancel.h"

namespace tine::session {

struct ReplayRequest {
  std::shared_ptr<Record> record;
  std::uint64_t from_seq = 0;  ///< the end of a turn: what came up to it is not sent
  v1::Client* client = nullptr;
  transport::CancelSource cancel;
  /// Whether the client still is the one that the session has; it may be gone when this is false.
  std::function<bool()> goes_on;
  /// Suspends while the client has too much to read.
  std::function<transport::Task<void>()> room;
};

/// When it succeeds the client has been sent everything up to this moment.
transport::Task<Result<void>> replay(Library library, ReplayRequest request);

}  // namespace tine::session
