#pragma once
// An ACP agent as a backend: one process for all sessions, started when the first of them needs it
// and ended when none does. docs/backends.md is the page for users.
//
// Made by main, on the loop's thread; outlives its conversations.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/acp/conversation.h"
#include "executor/acp/limits.h"
#include "executor/acp/process.h"
#include "executor/admission.h"
#include "executor/executor.h"
#include "executor/program.h"
#include "executor/shared_process.h"
#include "transport/worker.h"

namespace tine::executor::acp {

/// What is configured for a backend.
struct Setup {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  std::string guardian = transport::GuardedSpec().guardian;
  Admission* admission = nullptr;  ///< that has to let its processes start; null: they may
  limits::Patience patience;
  /// What it does without asking in the mode that its sessions begin with; none: nobody says.
  std::optional<Width> rights;
  /// How it counts tokens; none: its reports show it.
  std::optional<Counting> counting;
  /// Whether it forks after a message that `_meta` names, not only after the last one.
  bool forks_at_message = false;
  std::string install;  ///< how to install it; empty: nobody knows
  std::string login;    ///< what a person runs in a terminal to log in; empty: nobody knows
  /// The agent's answer to initialize when it ran last, as JSON; empty: it is not known.
  std::string greeting;
  /// Keeps such an answer. Called on a worker's thread; may be empty.
  std::function<Result<void>(const std::string&)> keep;
};

class Acp final : public Executor {
 public:
  Acp(transport::Loop& loop, transport::Worker& worker, Log& log, Redactor& redactor, Setup setup);

  std::string_view name() const override { return setup_.name; }
  std::string_view kind() const override { return "acp"; }
  bool installed() const override { return is_installed(setup_.command, setup_.environment); }
  /// Its process, once it is started, is made for this client.
  void meet(const v1::ClientCapabilities& client) override;
  const Capabilities& capabilities() const override { return capabilities_; }
  std::vector<v1::AuthMethod> auth_methods() const override;
  Settings settings() const override { return settings_; }
  std::optional<Width> width_of(const Settings& settings) const override;
  FolderLook folder_look(const v1::Workspace& workspace) const override;

  Reply<std::unique_ptr<Conversation>> start(ConversationSpec spec) override;
  Reply<std::unique_ptr<Conversation>> resume(ConversationSpec spec, ProviderPoint at) override;
  Reply<std::unique_ptr<Conversation>> fork(ConversationSpec spec, ProviderPoint at) override;
  void forget(const std::string& provider_id) override;

  transport::Task<Result<void>> authenticate(std::string method_id) override;
  transport::Task<Result<void>> logout() override;
  transport::Task<DoctorReport> doctor() override;

  // --- for its conversations

  transport::Loop& loop() { return loop_; }
  Log& log() { return log_; }
  Redactor& redactor() { return redactor_; }
  const limits::Patience& patience() const { return setup_.patience; }
  const std::optional<Counting>& counting() const { return setup_.counting; }
  bool forks_at_message() const { return setup_.forks_at_message; }
  /// Opens the session in a process that runs; one that was not kept begins anew.
  Reply<AcpConversation::Opened> reopen(const ConversationSpec& spec, std::string id, bool kept);
  /// A conversation lets go of its session; the last one ends the process.
  transport::Task<void> leave(std::shared_ptr<Process> process, std::string id);
  /// A conversation's process has gone by itself.
  void lost() { shared_.lost(); }

 private:
  using Opened = AcpConversation::Opened;
  SharedProcess<Process>::Reply launch();
  void learn(const v1::InitializeResponse& greeting);
  transport::Task<void> remember(std::string greeting);
  /// Nothing is begun in a folder that may start programs and is not trusted.
  Reply<void> admit(const ConversationSpec& spec);
  Reply<Opened> begin(const ConversationSpec& spec);
  Reply<Opened> take_up(const ConversationSpec& spec, std::string id);
  Reply<Opened> branch(const ConversationSpec& spec, ProviderPoint at);
  Reply<Opened> open(std::string method, std::string params);
  Reply<std::string> call_once(std::string method, std::string params);

  transport::Loop& loop_;
  transport::Worker& worker_;
  Log& log_;
  Redactor& redactor_;
  Setup setup_;
  const std::string install_hint_;
  const std::string login_hint_;
  Program program_;  // refers to the texts above
  v1::ClientCapabilities client_;
  SharedProcess<Process> shared_;
  Capabilities capabilities_;
  std::vector<v1::AuthMethod> auth_methods_;
  Settings settings_;  // of the session that was opened last
};

}  // namespace tine::executor::acp
