#pragma once
// A turn that its session's backend plays, or others play where that fails: its conversation is
// found or begun, told what it must know, and given the prompt.
//
// Shared by the session's turns, which wait for its end, and by the coroutine that plays it, which
// may go on when nobody waits any longer. On the loop's thread.

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/types.h"
#include "session/live/turn_client.h"
#include "session/live/warm_first.h"
#include "session/meta.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

class Session;

struct RunningTurn {
  RunningTurn(transport::Loop& loop, Session& its_session, transport::CancelSource source)
      : session(its_session),
        cancel(std::move(source)),
        client(its_session, cancel),
        done(loop),
        woken(loop) {}
  Session& session;
  transport::CancelSource cancel;
  std::string trace;
  TurnClient client;
  transport::Event done;
  transport::Event woken;  // done, or nobody waits for it any longer
  executor::TurnOutcome outcome;
  std::shared_ptr<WarmFirst::Lead> lead;  // while other forks wait for its first sign
  std::optional<FailoverReport> failover;
  /// Estimated tokens of the first prompt of a new conversation; none: there is no estimate, or the
  /// conversation is not new.
  std::optional<std::uint64_t> told;
  bool is_sent_again = false;  // its prompt, to another backend
  bool given_up = false;       // the turn has ended without it
  bool is_full = false;        // the session may not become any larger
  bool is_played = false;      // its conversation has the prompt
  std::uint64_t steered = 0;   // how often words were put into it
};

/// Plays the prompt. What comes of it stands in the turn's outcome, unless that was given up.
transport::Task<void> play_turn(std::shared_ptr<RunningTurn> running,
                                std::vector<v1::ContentBlock> blocks);

/// The error of a turn that something unforeseen has ended, such as too little memory.
Failure ended_early(const std::exception& fault);

}  // namespace tine::session
