#pragma once
// One session in this process: its identity, what was chosen for it, and the client that has it
// open. Its turns and its conversation are parts of it with rooms of their own (turns.h,
// conversation_holder.h).
//
// Owned by the SessionService, shared with its own coroutines; on the loop's thread. At most one
// client is attached, the one that opened it last; it must detach before it goes.

#include <cstdint>
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
#include "session/backends.h"
#include "session/live/conversation_holder.h"
#include "session/live/turns.h"
#include "session/meta.h"
#include "session/record/record.h"
#include "session/replay.h"
#include "session/session_trust.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

/// The refusal of what comes for a session behind its close.
Failure session_closed();

/// What a client is to be told once it asks for something.
struct HeldNews {
  bool mode = false;
  bool options = false;
  bool commands = false;
};

/// Where a session may go on, and with what.
struct Elsewhere {
  const Backends& backends;
  const Chooser& choose;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Library library, Trust& trust, Elsewhere elsewhere, executor::Executor& executor,
          std::shared_ptr<Record> record, v1::Workspace workspace, Turns::Callbacks callbacks);

  const std::string& id() const { return record_->id(); }
  const store::State& state() const { return record_->state(); }
  const v1::Workspace& workspace() const { return workspace_; }
  executor::Executor& executor() const { return *executor_; }
  const Elsewhere& elsewhere() const { return elsewhere_; }
  const std::shared_ptr<History>& history() const { return record_->history(); }
  const std::shared_ptr<Record>& record() const { return record_; }
  const Library& library() const { return library_; }
  /// Reads what another process has added.
  transport::Task<Result<void>> refresh();

  // --- its end

  /// From the first call on nothing new begins. Cancels and waits for the turns to end, ends the
  /// conversation, and returns when nothing runs for the session any more.
  transport::Task<void> close();
  bool closing() const { return closed_ != nullptr; }

  // --- the client

  v1::Client* client() const { return client_; }
  /// Opens the session for `client`, with the directories and servers that it names now.
  void attach(v1::Client& client, v1::Workspace workspace);
  void detach(const v1::Client& client);
  bool attached_to(const v1::Client& client) const { return client_ == &client; }
  /// What the client has denied the session's agent, or wants to be asked about, whatever the
  /// configuration allows.
  const std::vector<PermissionRule>& narrowing() const { return narrowing_; }
  void narrow(std::vector<PermissionRule> rules) { narrowing_ = std::move(rules); }

  enum class Audience : std::uint8_t { client, record };
  /// Records an update and passes it on, or only records it.
  void say(v1::Update update, Audience audience = Audience::client);
  void say_long(std::shared_ptr<v1::Update> update, Audience audience = Audience::client);
  bool has_room() const { return client_ == nullptr || client_->has_room(); }
  /// Suspends while the client has too much to read, or too much is still to be recorded, until
  /// `cancel` fires.
  transport::Task<void> room(transport::CancelSource cancel);
  /// Releases a terminal, without waiting for the client's answer.
  void release_terminal(std::string terminal_id);
  /// Sends what happened after `from_seq` to the client, in slices, and in at most `max_bytes`
  /// where that can be; 0: all of it. Tells what was left out.
  transport::Task<Result<LeftOut>> replay(std::uint64_t from_seq, std::uint64_t max_bytes,
                                          transport::CancelSource cancel);
  /// Sends the client what was said in one turn, and shows `see` each of its records.
  transport::Task<Result<void>> replay_turn(OneTurn turn, transport::CancelSource cancel);
  void announce_commands();
  /// Tells the client what it must know before load or resume is answered. What can be chosen and
  /// commanded may be known better afterwards: it is told of that once it asks for something.
  void announce_before_answer();

  // --- what was chosen

  /// None: the backend has no modes, or has not told them yet.
  std::optional<v1::ModeState> modes() const {
    if (settings_->modes.available.empty()) return std::nullopt;
    return settings_->modes;
  }
  const executor::Settings& settings() const { return *settings_; }
  /// All options, the mode among them, as the attached client can show them.
  std::vector<v1::ConfigOption> options() const;
  /// Choices are made one after the other, in the order in which they came.
  transport::Task<Result<void>> set_mode(std::string mode);
  transport::Task<Result<void>> set_option(v1::SetConfigOptionRequest request);
  /// Returns when none is being made.
  transport::Task<void> choices_made();

  // --- turns

  bool running() const { return turns_.running(); }
  Turns::Report prompt(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel,
                       PromptTags tags = {});
  transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> words) {
    return turns_.steer(std::move(words));
  }
  void cancel() { turns_.cancel(); }
  const std::vector<std::string>& open_tool_calls() const { return record_->open_tool_calls(); }

  // --- the conversation

  ConversationHolder& conversation() { return conversation_; }
  SessionTrust& trust() { return trust_; }
  /// Makes the conversation ahead of the first prompt: see ConversationHolder.
  void prepare();
  /// What a conversation of the session is made with.
  executor::ConversationSpec spec(executor::ConversationEvents events) const;
  /// Where the provider finds the session's past; none: there is none yet.
  std::optional<executor::ProviderPoint> provider_point() const;
  /// The credentials of the session's servers, which the redactor knows as long as this is held.
  const std::shared_ptr<const std::vector<KnownSecret>>& secrets() const { return secrets_; }
  /// Another process has gone on with the session: what this one has of it is of the past.
  /// unsupported: the session is on a backend now that is not configured here.
  Result<void> adopt_external_changes();
  /// Goes on with another backend: its conversation is made for the next prompt. Claimed.
  void change_backend(executor::Executor& to, BackendChange change);

  // --- what the conversation reports of its own accord (executor::ConversationEvents)

  void take_update(v1::Update update);
  void take_settings(const executor::Settings& offered);
  void take_commands(std::vector<v1::Command> commands);

 private:
  /// Changes the settings; gives what is to be recorded of it.
  using Choice = std::function<v1::Update(executor::Settings&)>;
  transport::Task<Result<void>> choose(Choice choice);
  transport::Task<Result<void>> record_choice(const Choice& choice);
  transport::Task<Result<void>> choose_agent(std::string name);
  static transport::Task<void> fork_to(std::shared_ptr<Session> self, std::string backend);
  /// Whether anything has been said, or is known of what was said elsewhere.
  bool has_past() const;
  ReplayRequest replay_request(transport::CancelSource cancel);
  void note_unasked(const v1::Update& update);
  /// Tells the client what can be chosen and what is.
  void show_choices(bool mode_too);
  void tell_held_news();
  void note_mode(const v1::Update& update);
  void learn_secrets();
  void use(executor::Executor& backend);

  Library library_;
  Elsewhere elsewhere_;
  executor::Executor* executor_;
  std::shared_ptr<Record> record_;
  v1::Workspace workspace_;
  SessionTrust trust_;
  std::shared_ptr<const std::vector<KnownSecret>> secrets_;  // of the workspace's servers
  std::shared_ptr<const executor::Settings> settings_;
  std::vector<v1::Command> commands_;  // the backend's
  v1::Client* client_ = nullptr;
  std::vector<PermissionRule> narrowing_;
  std::size_t replays_ = 0;  // what happens meanwhile reaches the client at the end of the replay
  std::optional<HeldNews> held_news_;              // from the answer to load or resume on
  std::uint64_t attachment_ = 0;                   // counts the clients that had the session
  std::shared_ptr<transport::Event> last_choice_;  // while it is being made, or waits
  std::shared_ptr<transport::Event> closed_;       // from the first close() on
  ConversationHolder conversation_;
  Turns turns_;
};

}  // namespace tine::session
