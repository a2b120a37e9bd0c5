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
#include <optional>
#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/client.h"
#include "protocol/v1/types.h"
#include "session/meta.h"
#include "session/record/record.h"
#include "session/session_trust.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

class Asides;

/// How a turn ended, for who asked for it.
struct TurnReport {
  v1::StopReason stop_reason = v1::StopReason::end_turn;
  executor::TurnUsage usage;
  executor::Tokens cumulative;
  std::optional<CacheReport> fork;  ///< of the first turn of a fork
  std::uint64_t seq = 0;
  std::uint64_t turn = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  /// A slash command of ours: says what it has to say, without the backend.
  using Command = std::function<transport::Task<std::string>(Session& session, std::string name)>;

  Session(Library library, Trust& trust, executor::Executor& executor,
          std::shared_ptr<Record> record, v1::Workspace workspace, Command command);

  const std::string& id() const { return record_->id(); }
  const store::State& state() const { return record_->state(); }
  const v1::Workspace& workspace() const { return workspace_; }
  executor::Executor& executor() const { return executor_; }
  const std::shared_ptr<History>& history() const { return record_->history(); }
  const std::shared_ptr<Record>& record() const { return record_; }
  bool running() const { return !queue_.empty(); }
  /// Takes over what another process has added.
  transport::Task<Result<void>> look();

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

  v1::ModeState modes() const { return settings_.modes; }
  const executor::Settings& settings() const { return settings_; }
  /// All options, the mode among them, as the attached client can show them.
  std::vector<v1::ConfigOption> options() const;
  transport::Task<Result<void>> set_mode(std::string mode);
  transport::Task<Result<void>> set_option(v1::SetConfigOptionRequest request);

  // --- turns

  transport::Task<Result<TurnReport>> prompt(std::vector<v1::ContentBlock> blocks,
                                             transport::CancelSource cancel);
  /// Ends the running turn and all that wait; each is answered `cancelled`.
  void cancel();
  /// Cancels and waits for the turns to end, then lets go of the backend's conversation.
  transport::Task<void> close();

  void set_conversation(std::unique_ptr<executor::Conversation> conversation);
  SessionTrust& trust() { return trust_; }
  /// Makes the conversation ahead of the first prompt, in the background, for a backend that gains
  /// from it.
  void prepare();
  const std::vector<std::string>& open_tool_calls() const { return record_->open_tool_calls(); }

  // --- what the conversation tells of its own accord, through its Asides
  // (executor::ConversationEvents)

  void listen_to(std::shared_ptr<Asides> asides);
  void overhear(v1::Update update);
  void offer(const executor::Settings& offered);
  void offer_commands(std::vector<v1::Command> commands);
  /// Another process may go on with the session.
  void rest();

 private:
  struct Waiting {
    Waiting(transport::Loop& loop, transport::CancelSource source)
        : cancel(std::move(source)), turn(loop) {}
    transport::CancelSource cancel;
    transport::Event turn;
  };
  struct Running;
  struct Git;
  using Report = transport::Task<Result<TurnReport>>;

  Report claim_and_run(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel);
  Report run(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel);
  Report run_command(std::string name, transport::CancelSource cancel);
  Report finish(executor::TurnOutcome outcome, bool cancelled);
  transport::Task<Result<void>> ensure_conversation(std::shared_ptr<Running> running,
                                                    std::vector<v1::ContentBlock>& blocks);
  transport::Task<void> settle_trust(std::shared_ptr<Running> running);
  transport::Task<Result<std::string>> offer_summary(std::shared_ptr<Running> running, Error lost);
  transport::Task<void> play(std::shared_ptr<Running> running,
                             std::vector<v1::ContentBlock> blocks);
  transport::Task<executor::TurnOutcome> perform(std::shared_ptr<Running> running,
                                                 std::vector<v1::ContentBlock> blocks);
  transport::Task<void> look_at_git(std::shared_ptr<Git> git);
  /// Changes the settings; gives what is to be recorded of it.
  using Choice = std::function<v1::Update(executor::Settings&)>;
  transport::Task<Result<executor::Settings>> note_choice(Choice choose);
  void take_over();
  void let_go_of_conversation();
  executor::ConversationSpec spec();
  transport::Task<Result<std::unique_ptr<executor::Conversation>>> begin_conversation();
  void catch_up(executor::Conversation& conversation, const executor::Settings& given);
  transport::Task<void> make_ahead(std::shared_ptr<transport::Event> made);
  transport::Task<void> await_preparation(transport::CancelSource cancel);
  void drop_preparation();
  void note_unasked(const v1::Update& update);
  /// Tells the client what can be chosen and what is.
  void show_choices(bool mode_too);
  void note_mode(const v1::Update& update);
  void learn_secrets();

  Library library_;
  executor::Executor& executor_;
  std::shared_ptr<Record> record_;
  v1::Workspace workspace_;
  SessionTrust trust_;
  executor::Settings settings_;
  Command command_;
  std::unique_ptr<executor::Conversation> conversation_;
  std::shared_ptr<Asides> asides_;               // of the conversation, also of one in the making
  std::shared_ptr<transport::Event> preparing_;  // while one is being made ahead of its prompt
  std::vector<v1::Command> commands_;            // the backend's
  std::shared_ptr<Git> git_;                     // of the turn that runs
  bool keeps_claim_ = false;                     // for a live conversation, between turns
  v1::Client* client_ = nullptr;
  bool replaying_ = false;  // what happens meanwhile reaches the client at the end of the replay
  std::deque<std::shared_ptr<Waiting>> queue_;
  std::vector<KnownSecret> secrets_;        // of the workspace's servers
  std::shared_ptr<transport::Event> idle_;  // made by who waits for the queue to empty
};

}  // namespace tine::session
