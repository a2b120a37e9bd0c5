#pragma once
// Takes a session to another backend within a turn: as the limit of its own is used up, and back
// once that limit has been reset. The client is asked before, unless the user has configured
// otherwise for the way there.
//
// One for each turn, on the stack of the coroutine that plays the backend's side; session and
// client outlive it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "executor/executor.h"
#include "session/live/turn_client.h"
#include "session/meta.h"
#include "session/record/data.h"
#include "transport/cancel.h"

namespace tine::session {

class Session;

/// At the beginning of a turn: once the limit of the backend that the session has left is over,
/// asks whether to go back, and does so after a yes. none: the session stays where it is.
transport::Task<std::optional<FailoverReport>> offer_way_back(Session& session, TurnClient& client,
                                                              transport::CancelSource cancel);

class Failover {
 public:
  Failover(Session& session, TurnClient& client, transport::CancelSource cancel);

  /// Whether there is another backend for a turn that fails; what it was asked must be kept then.
  bool is_possible() const { return !left_.empty(); }
  /// Whether a turn with that outcome is to be tried elsewhere.
  bool is_needed(const executor::TurnOutcome& outcome) const;
  /// Goes on with the next backend that may take the session, when the client agrees. False: there
  /// is none, or it does not.
  transport::Task<bool> go_on(Error error);
  /// The turn has ended. Where no other backend has worked the session goes back to its own, and
  /// `outcome` is that one's, with what became of the others.
  void end(executor::TurnOutcome& outcome);

  /// What became of it; none: nothing was tried.
  const std::optional<FailoverReport>& report() const { return report_; }

 private:
  /// A backend, and what the session begins with there.
  struct Target {
    executor::Executor* backend = nullptr;
    executor::Settings settings;
  };
  friend transport::Task<std::optional<FailoverReport>> offer_way_back(Session&, TurnClient&,
                                                                       transport::CancelSource);
  static Result<Target> target(const Session& session, const std::string& name);
  transport::Task<bool> agrees(Target target);
  void begin_report(const Error& error);
  std::optional<store::Away> away_after(const std::string& name) const;
  void set_aside(const std::string& name, const std::string& reason);
  std::string limit_text() const;

  Session& session_;
  TurnClient& client_;
  transport::CancelSource cancel_;
  std::vector<std::string> left_;  // to be tried
  std::optional<FailoverReport> report_;
  bool has_moved_ = false;
  // As it was before it moved.
  executor::Executor* own_;
  executor::Settings own_settings_;
  std::uint64_t own_told_until_ = 0;
  std::optional<store::Away> own_away_;
  Error limit_;  // of the session's own backend
};

}  // namespace tine::session
