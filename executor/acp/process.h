#pragma once
// A running ACP agent: one process for all sessions of a configured backend, and the client's side
// of the connection to it.
//
// Shared by the conversations that use it, on the loop's thread; the listeners outlive their
// attachment. It may go at any time: calls fail then, every listener is told why, and the next one
// that needs it starts another.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/acp/replay.h"
#include "executor/backend_process.h"
#include "protocol/v1/agent_connection.h"

namespace tine::executor::acp {

/// What the conversation of a session hears. Views are valid during the call only.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void on_update(const v1::ToldUpdate& update) = 0;
  virtual transport::Task<Result<std::string>> on_question(std::string method, std::string params,
                                                           transport::CancelSource cancel) = 0;
  virtual void on_notification(std::string_view method, json::View params) = 0;
  virtual void on_gone(const Error& why) = 0;
};

class Process final : public v1::ClientHandler, public std::enable_shared_from_this<Process> {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;

  /// Started and greeted as the client that `able` describes. `program` outlives it.
  static Reply<std::shared_ptr<Process>> start(transport::Loop& loop, Log& log, Redactor& redactor,
                                               const Program& program, BackendSpec spec,
                                               v1::ClientCapabilities able);

  /// Asks the agent; without a deadline where that is zero.
  Reply<std::string> call(std::string method, std::string params, transport::Milliseconds deadline);
  /// Cancels the turn of a session.
  void cancel(std::string_view session) { connection_.cancel(session); }
  /// Closes a session where the agent can. Not waited for where it is silent.
  transport::Task<void> close_session(std::string session);

  /// It did not do in time what it was told. Until it says something.
  void count_as_silent() { silent_ = true; }

  /// Hands the listener what has come for its session already.
  void attach(const std::string& session, SessionListener& listener);
  void detach(const std::string& session, const SessionListener& listener);
  /// What the agent says of the past of a session that it opens is for nobody, as the client has
  /// it: between the two calls, messages and what was done are passed over.
  void begin_replay(const std::string& session);
  Replay end_replay(const std::string& session);
  /// Whether no other session than this one is open in it.
  bool serves_only(const std::string& session) const;

  /// What the agent said of itself.
  const v1::InitializeResponse& greeting() const { return greeting_; }
  const std::shared_ptr<transport::Pace>& pace() const { return process_->pace(); }
  bool gone() const { return gone_; }

  /// Lets it end by itself, or else makes it: soon if it had no turn, and has nothing to write
  /// down.
  transport::Task<void> stop();
  /// Returns when its process has ended.
  transport::Task<void> ended();

  void on_update(std::string_view session, const v1::ToldUpdate& update) override;
  void on_notification(std::string_view method, json::View params) override;
  Answer<std::string> on_request(std::string method, std::string params,
                                 v1::RequestContext& context) override;

 private:
  Process(transport::Loop& loop, Log& log, Redactor& redactor, const Program& program,
          std::unique_ptr<BackendProcess> process);
  static transport::Task<void> serve(std::shared_ptr<Process> self);
  Reply<void> greet(v1::ClientCapabilities able);
  SessionListener* listener_of(std::string_view session) const;
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& context) override;

  Log& log_;
  Redactor& redactor_;
  const Program& program_;
  std::unique_ptr<BackendProcess> process_;
  v1::AgentConnection connection_;
  v1::InitializeResponse greeting_;
  std::map<std::string, SessionListener*, std::less<>> listeners_;  // by session
  std::vector<std::pair<std::string, std::string>> early_;          // updates, by session
  std::map<std::string, Replay, std::less<>> replaying_;            // by session
  bool gone_ = false;
  bool silent_ = false;  // it has not answered in time, and said nothing since
  bool worked_ = false;  // it was given a prompt
  bool left_ = false;    // nobody needs it any more
};

}  // namespace tine::executor::acp
