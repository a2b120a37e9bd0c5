#pragma once
// One session: who it is, what was chosen for it, what happened in it, and the turn that runs.
// Prompts run one at a time in the order in which they came; each gets its answer.
//
// Owned by the SessionService, shared with the coroutines of its turns; on the loop's thread. At
// most one client is attached, the one that opened it last; it must detach before it goes.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/client.h"
#include "protocol/v1/types.h"
#include "session/history.h"
#include "session/meta.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

/// How a turn ended, for who asked for it.
struct TurnReport {
  v1::StopReason stop_reason = v1::StopReason::end_turn;
  executor::TurnUsage usage;
  executor::Tokens cumulative;
  std::uint64_t seq = 0;
  std::uint64_t turn = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  struct Origin {
    std::string id;
    v1::Workspace workspace;
    executor::Settings settings;
    std::string parent;  ///< empty: not a fork
    std::uint64_t depth = 0;
    std::string title;  ///< empty: taken from the first prompt
  };
  /// A slash command of ours: says what it has to say, without the backend.
  using Command = std::function<transport::Task<std::string>(Session& session, std::string name)>;

  Session(transport::Loop& loop, Env& env, Redactor& redactor, executor::Executor& executor,
          Origin origin, std::shared_ptr<History> history, Command command);

  const std::string& id() const { return origin_.id; }
  const Origin& origin() const { return origin_; }
  executor::Executor& executor() const { return executor_; }
  const std::shared_ptr<History>& history() const { return history_; }
  const executor::Tokens& cumulative() const { return cumulative_; }
  const std::string& title() const { return origin_.title; }
  std::int64_t updated_ms() const { return updated_ms_; }
  bool running() const { return !queue_.empty(); }
  /// It has something to come back to.
  bool worth_keeping() const { return history_->last_seq() > 0; }

  // --- the client

  v1::Client* client() const { return client_; }
  /// Opens the session for `client`, with the directories and servers that it names now.
  void attach(v1::Client& client, v1::Workspace workspace);
  void detach(const v1::Client& client);
  bool attached_to(const v1::Client& client) const { return client_ == &client; }

  enum class Audience : std::uint8_t { client, record };
  /// Records an update and passes it on, or only records it.
  void say(v1::Update update, Audience audience = Audience::client);
  bool has_room() const { return client_ == nullptr || client_->has_room(); }
  /// Suspends while the client has too much to read, until `cancel` fires.
  transport::Task<void> room(transport::CancelSource cancel);
  /// Lets go of a terminal, without waiting for the client's answer.
  void release_terminal(std::string terminal_id);
  /// Sends what happened after `from_seq` to the client, in slices.
  transport::Task<Result<void>> replay(std::uint64_t from_seq, transport::CancelSource cancel);
  void announce_commands();

  // --- what was chosen

  v1::ModeState modes() const { return origin_.settings.modes; }
  /// All options, the mode among them, as the attached client can show them.
  std::vector<v1::ConfigOption> options() const;
  Result<void> set_mode(const std::string& mode);
  Result<void> set_option(const v1::SetConfigOptionRequest& request);

  // --- turns

  transport::Task<Result<TurnReport>> prompt(std::vector<v1::ContentBlock> blocks,
                                             transport::CancelSource cancel);
  /// Ends the running turn and all that wait; each is answered `cancelled`.
  void cancel();
  /// Cancels and waits for the turns to end, then lets go of the backend's conversation.
  transport::Task<void> close();

  /// Where the provider finds the conversation as it was at the record `seq`; none: it knows
  /// nothing yet.
  std::optional<executor::ProviderPoint> provider_point(std::uint64_t seq) const;
  void set_conversation(std::unique_ptr<executor::Conversation> conversation);
  /// The provider's name for the conversation; empty while there is none.
  const std::string& provider_id() const { return provider_id_; }

 private:
  struct Waiting {
    Waiting(transport::Loop& loop, transport::CancelSource source)
        : cancel(std::move(source)), turn(loop) {}
    transport::CancelSource cancel;
    transport::Event turn;
  };
  struct Running;

  transport::Task<Result<TurnReport>> run(std::vector<v1::ContentBlock> blocks,
                                          transport::CancelSource cancel);
  transport::Task<Result<TurnReport>> run_command(std::string name, transport::CancelSource cancel);
  transport::Task<Result<void>> ensure_conversation();
  transport::Task<void> play(std::shared_ptr<Running> running,
                             std::vector<v1::ContentBlock> blocks);
  Result<TurnReport> finish(executor::TurnOutcome outcome, bool cancelled);
  void record_prompt(const std::vector<v1::ContentBlock>& blocks);
  executor::ConversationSpec spec() const;
  void note_settings(const v1::Update& update);
  void touch();
  void learn_secrets();
  v1::ConfigOption mode_option() const;

  transport::Loop& loop_;
  Env& env_;
  Redactor& redactor_;
  executor::Executor& executor_;
  Origin origin_;
  std::shared_ptr<History> history_;
  Command command_;
  std::unique_ptr<executor::Conversation> conversation_;
  std::string provider_id_;
  executor::Tokens cumulative_;
  std::int64_t updated_ms_ = 0;
  v1::Client* client_ = nullptr;
  bool replaying_ = false;  // what happens meanwhile reaches the client at the end of the replay
  std::deque<std::shared_ptr<Waiting>> queue_;
  std::vector<KnownSecret> secrets_;        // of the workspace's servers
  std::shared_ptr<transport::Event> idle_;  // made by who waits for the queue to empty
};

}  // namespace tine::session
