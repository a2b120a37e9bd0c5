#pragma once
// Before a turn: looks whether the project's repository has moved since the session's last one,
// and settles how the session goes on. Its client is asked, or told, as memory.drift has it.
//
// Coroutines on the loop's thread; they keep the session.

#include <memory>
#include <optional>
#include <string>

#include "session/git_head.h"
#include "session/memory/drift.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::session {

class Session;

struct DriftSettled {
  DriftWay way = DriftWay::none;
  bool is_stopped = false;  ///< the client wants the prompt not to be sent
  GitHead before;
  GitHead now;
  std::string text;  ///< for the agent, without secrets
};

/// `now` is where the repository stands, without secrets. Nothing is written down. Where the client
/// cannot be asked, or has no answer, the session goes on as by `fast_forward`. `may_ask` false: it
/// is not asked.
transport::Task<DriftSettled> settle_drift(std::shared_ptr<Session> session,
                                           std::optional<GitHead> now, bool may_ask,
                                           transport::CancelSource cancel);

}  // namespace tine::session
