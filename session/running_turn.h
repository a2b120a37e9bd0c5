#pragma once
// What a session holds for the turn that runs; for the files of the session alone.
//
// Shared with the coroutines of the turn, on the loop's thread.

#include <memory>
#include <optional>
#include <utility>

#include "session/session.h"
#include "session/turn_client.h"

namespace tine::session {

struct Session::Git {
  bool known = false;
  bool late = false;                     // its turn has ended
  std::optional<store::GitState> state;  // none: the project is in no repository
};

/// What a turn shares with the coroutine that plays the backend's side.
struct Session::Running {
  Running(transport::Loop& loop, Session& session, transport::CancelSource source)
      : cancel(std::move(source)), client(session, cancel), done(loop), woken(loop) {}
  transport::CancelSource cancel;
  TurnClient client;
  transport::Event done;
  transport::Event woken;  // done or cancelled
  executor::TurnOutcome outcome;
  bool given_up = false;                              // the turn has ended without it
  std::unique_ptr<executor::Conversation> abandoned;  // still in use by the coroutine
};

}  // namespace tine::session
