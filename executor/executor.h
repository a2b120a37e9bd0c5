#pragma once
// What a backend is to the rest of the program: something that starts, resumes and forks
// conversations, each of which takes prompts. One folder per kind of backend implements this.
//
// Threading: on the loop's thread. An Executor is made by main and outlives its conversations; a
// Conversation is owned by one session. A backend speaks ACP at this border: what it says are
// v1::Updates, what it asks goes to a v1::Client.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "executor/child_environment.h"
#include "executor/folder.h"
#include "executor/loading.h"
#include "executor/usage.h"
#include "executor/width.h"
#include "protocol/v1/client.h"
#include "protocol/v1/types.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::executor {

/// What can be said of a backend before any of its processes runs.
struct Capabilities {
  v1::PromptCapabilities prompt;
  v1::McpCapabilities mcp;
  bool additional_directories = false;
  bool system_prompt = false;
  bool system_prompt_override = false;  ///< … also in place of the backend's own
  bool native_fork = false;             ///< the provider branches a conversation itself
  bool fork_at_turn = false;            ///< … also at an earlier turn than the last
  bool adopts = false;                  ///< conversations that were begun without us can be forked
  /// A conversation that is made ahead of its first prompt makes that quicker, and tells what can
  /// be chosen. Until then it costs nothing and writes nothing down.
  bool prepares = false;
  bool needs_login = true;  ///< someone must be logged in before a model is asked
  /// How long the provider's cache keeps what it has read, at the least; 0: not known.
  std::chrono::seconds cache_lifetime{0};
  std::uint64_t cache_step = 1;  ///< tokens in steps of which that cache answers
  /// That cache answers as far as a prompt agrees with an earlier one; else only up to places that
  /// the backend has marked in the earlier one, of which its end is one.
  bool caches_any_prefix = false;
  bool counts_cache_writes = false;  ///< what goes into that cache is counted, and paid, apart
};

/// What a person can choose for a session, with what is chosen. Modes are listed from the narrowest
/// to the widest, so that a child is never given more than its parent.
struct Settings {
  v1::ModeState modes;
  std::vector<v1::ConfigOption>
      options;  ///< without the mode, which the session offers as one of its own

  bool operator==(const Settings&) const = default;
};

/// Where a conversation is found again: the provider's own name for it, and for one of its turns.
struct ProviderPoint {
  std::string conversation;
  std::string turn;  ///< empty: before the first turn
};

/// A turn of the past as its session's transcript tells it, secrets taken out.
struct PastTurn {
  std::string id;  ///< the provider's
  std::string prompt;
  std::string answer;
};

/// What a conversation reports of its own accord, also between its turns. Each may be empty. They
/// may be called as long as the conversation is there, and never from within a call of it.
struct ConversationEvents {
  std::function<void(v1::Update)> on_update;         ///< within a turn: see Client
  std::function<void(const Settings&)> on_settings;  ///< what can be chosen, known better
  std::function<void(const std::vector<v1::Command>&)> on_commands;  ///< all of the backend's
  std::function<void()> on_idle;  ///< it is not live any more; the next prompt wakes it
};

struct ConversationSpec {
  std::string session_id;
  ChildIdentity identity;  ///< for the environment of a process that serves this session alone
  v1::Workspace workspace;
  /// Obeyed whenever a process is started or a thread is opened for the conversation.
  FolderTrust trust;
  /// As the session began with; the backend has said that it can be had.
  Loading loading;
  Settings settings;
  /// Turns that the session has had by then, also those that the provider has not kept.
  std::uint64_t turns = 0;
  /// Reads what happened up to the point where the conversation is resumed or forked, for a backend
  /// that does not know it by itself.
  std::function<transport::Task<Result<std::vector<PastTurn>>>()> past;
  /// Where the last turn of that past has happened: in a fork without turns of its own, in the
  /// conversation of an ancestor. Empty: there is none.
  ProviderPoint origin;
  /// For adopt: where the other conversation was begun. Empty: in the workspace's directory.
  std::string adopted_cwd;
  ConversationEvents events;
  /// Fires when nobody wants the conversation any more that is being made: what takes long for it
  /// ends then.
  transport::CancelSource unwanted;
};

/// The outcome of a turn that also keeps what is known of one that failed.
struct TurnOutcome {
  Result<v1::StopReason> stop = v1::StopReason::end_turn;
  std::string provider_turn;  ///< empty: the provider has not kept this turn
  TurnUsage usage;
};

class Conversation {
 public:
  Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  virtual ~Conversation() = default;

  /// The provider's name for it; empty as long as it has none.
  virtual std::string provider_id() const = 0;

  /// Runs one turn: says and asks through `client`, ends soon after `cancel` fires. Never called
  /// while another turn runs, nor after close(). Client, source and conversation outlive the call.
  virtual transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt,
                                              v1::Client& client,
                                              transport::CancelSource& cancel) = 0;

  /// Starts what prompt() needs, so that what is wrong with it is known before the backend is given
  /// anything. prompt() starts it all the same. May be left out; `cancel` outlives the call.
  virtual transport::Task<Result<void>> get_ready(transport::CancelSource& /*cancel*/) {
    co_return Result<void>();
  }

  /// Sets what the next prompt() tells the agent in `_meta`, as JSON; empty: nothing. A backend
  /// that has no place for it leaves it out.
  virtual void set_trace(std::string /*meta*/) {}

  /// Puts words into the turn that prompt() runs. False: it does not take them, as none runs that
  /// can.
  virtual transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> /*words*/) {
    co_return false;
  }

  /// Apply from the next turn on. What the settings do not list is not asked for.
  virtual Result<void> set_mode(const std::string& mode) = 0;
  virtual Result<void> set_option(const v1::ConfigOption& option) = 0;

  /// Whether something goes on for it between its turns (a process that has it open), which the
  /// conversation of another process must not disturb.
  virtual bool is_live() const = 0;

  /// Ends what runs for it; it can be resumed. Returns when no process has it open any more, so
  /// that another one may go on with it, within the time that the backend gives its process to end.
  ///
  /// May be called while prompt() still runs: when its turn did not end after its cancel, and was
  /// given up. Nothing is started for that turn from then on. It ends without waiting for the
  /// process, at the latest when a call to it returns; nobody looks at its outcome. close() does
  /// not wait for prompt(), and prompt() may return after it.
  virtual transport::Task<void> close() = 0;
};

struct DoctorReport {
  bool usable = false;
  std::string summary;  ///< one line
  std::string binary;   ///< path; empty: none is needed
  std::string version;
  std::string login;
  std::string forking;
};

class Executor {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;

  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// As configured.
  virtual std::string_view name() const = 0;
  virtual std::string_view kind() const = 0;
  /// Whether its program is there.
  virtual bool installed() const { return true; }
  /// Tells it what the client of this process can do, before anything is started for it.
  virtual void meet(const v1::ClientCapabilities& /*client*/) {}
  virtual const Capabilities& capabilities() const = 0;
  virtual std::vector<v1::AuthMethod> auth_methods() const = 0;
  /// What a new session begins with.
  virtual Settings settings() const = 0;
  /// How much a conversation with these settings does without asking; none: that cannot be told.
  virtual std::optional<Width> width_of(const Settings& /*settings*/) const { return {}; }
  /// The same object for equal settings: most sessions keep what they began with.
  std::shared_ptr<const Settings> shared(Settings settings);
  /// Slash commands that a prompt may be; what it offers beside them it says in its turns.
  virtual std::vector<v1::Command> commands() const { return {}; }
  /// Why no session can be had that loads so, as words behind the backend's name; empty: it can.
  virtual std::string loading_obstacle(const Loading& loading) const;
  /// What looks at the workspace's folders; empty: the backend starts nothing of a folder.
  virtual FolderLook folder_look(const v1::Workspace& /*workspace*/) const { return {}; }

  virtual Reply<std::unique_ptr<Conversation>> start(ConversationSpec spec) = 0;
  virtual Reply<std::unique_ptr<Conversation>> resume(ConversationSpec spec, ProviderPoint at) = 0;
  /// A new conversation that knows what the other knew at `at`; the other is not touched.
  virtual Reply<std::unique_ptr<Conversation>> fork(ConversationSpec spec, ProviderPoint at) = 0;
  /// Why fork_in_terminal() is of no use in this workspace, in words for a person; empty: it is.
  virtual transport::Task<std::string> terminal_obstacle(v1::Workspace workspace);
  /// As fork(), by the backend's program in a terminal. Only after the last turn: another one, or
  /// one that runs, is `unsupported`.
  virtual Reply<std::unique_ptr<Conversation>> fork_in_terminal(ConversationSpec spec,
                                                                ProviderPoint at);
  /// A new conversation that knows what one knows that was begun without us, by the provider's name
  /// for it; empty: the one within which this program has been started. The other is not touched.
  struct Adopted {
    std::unique_ptr<Conversation> conversation;
    ProviderPoint from;
  };
  virtual Reply<Adopted> adopt(ConversationSpec spec, std::string provider_id);
  /// The session is gone for good.
  virtual void forget(const std::string& provider_id) = 0;

  virtual transport::Task<Result<void>> authenticate(std::string method_id) = 0;
  virtual transport::Task<Result<void>> logout() = 0;
  virtual transport::Task<DoctorReport> doctor() = 0;

 private:
  std::weak_ptr<const Settings> last_shared_;
};

}  // namespace tine::executor
