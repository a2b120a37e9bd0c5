#pragma once
// Codex as a backend: one `codex app-server` for all sessions, started when the first of them needs
// it and ended when none does. docs/codex.md is the page for users.
//
// Made by main, on the loop's thread; outlives its conversations.

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/codex/conversation.h"
#include "executor/codex/folder.h"
#include "executor/codex/launch.h"
#include "executor/codex/limits.h"
#include "executor/codex/process.h"
#include "executor/executor.h"
#include "executor/shared_process.h"
#include "transport/worker.h"

namespace tine::executor::codex {

class Codex final : public Executor {
 public:
  Codex(transport::Loop& loop, transport::Worker& worker, Env& env, Log& log, Redactor& redactor,
        Setup setup)
      : loop_(loop),
        worker_(worker),
        env_(env),
        log_(log),
        redactor_(redactor),
        setup_(std::move(setup)),
        shared_(loop, [this] { return launch(); }) {}

  std::string_view name() const override { return setup_.name; }
  bool installed() const override { return is_installed(setup_.command, setup_.environment); }
  std::string_view kind() const override { return "codex"; }
  const Capabilities& capabilities() const override;
  std::vector<v1::AuthMethod> auth_methods() const override;
  Settings settings() const override;
  std::optional<Width> width_of(const Settings& settings) const override;
  std::vector<v1::Command> commands() const override;
  std::string loading_obstacle(const Loading& loading) const override;
  FolderLook folder_look(const v1::Workspace& workspace) const override;

  Reply<std::unique_ptr<Conversation>> start(ConversationSpec spec) override;
  Reply<std::unique_ptr<Conversation>> resume(ConversationSpec spec, ProviderPoint at) override;
  Reply<std::unique_ptr<Conversation>> fork(ConversationSpec spec, ProviderPoint at) override;
  Reply<Adopted> adopt(ConversationSpec spec, std::string provider_id) override;
  transport::Task<std::string> terminal_obstacle(v1::Workspace workspace) override;
  Reply<std::unique_ptr<Conversation>> fork_in_terminal(ConversationSpec spec,
                                                        ProviderPoint at) override;
  void forget(const std::string& provider_id) override;

  transport::Task<Result<void>> authenticate(std::string method_id) override;
  transport::Task<Result<void>> logout() override;
  transport::Task<DoctorReport> doctor() override;

  // --- for its conversations

  struct Opened {
    std::shared_ptr<Process> server;
    CodexConversation::Thread thread;
  };
  transport::Loop& loop() { return loop_; }
  Env& env() { return env_; }
  Log& log() { return log_; }
  Redactor& redactor() { return redactor_; }
  const limits::Patience& patience() const { return setup_.patience; }
  /// Loads the thread into a process that runs; one that was not kept begins anew.
  Reply<Opened> reopen(const ConversationSpec& spec, CodexConversation::Thread thread);
  /// A conversation lets go of its thread; the last one ends the process.
  transport::Task<void> leave(std::shared_ptr<Process> server, std::string thread_id);
  /// A conversation's process has gone by itself.
  void lost() { shared_.lost(); }

 private:
  SharedProcess<Process>::Reply launch();
  /// See projects_config().
  transport::Task<std::string> judge_folder(const ConversationSpec& spec);
  /// What the user's configuration of Codex makes of writing in the project.
  Reply<std::string> read_workspace_sandbox(std::shared_ptr<Process> server,
                                            const ConversationSpec& spec);
  Reply<Opened> open(ThreadCall call, const ConversationSpec& spec, ProviderPoint of,
                     std::string model);
  Reply<std::unique_ptr<Conversation>> converse(ThreadCall call, ConversationSpec spec,
                                                ProviderPoint of);
  Reply<std::string> model_of(std::string thread_id);
  /// `unsupported` where something was said in the thread after that turn, or is.
  Reply<void> check_last_turn(std::string thread_id, std::string turn);
  /// A call that belongs to no thread.
  Reply<std::string> call_once(std::string method, std::string params);
  /// Nobody is sent to a service that will not let them in.
  Reply<void> check_login(std::shared_ptr<Process> server);
  transport::Task<void> learn_models(std::shared_ptr<Process> server);

  transport::Loop& loop_;
  transport::Worker& worker_;
  Env& env_;
  Log& log_;
  Redactor& redactor_;
  Setup setup_;
  SharedProcess<Process> shared_;
  bool logged_in_ = false;  // as far as is known
  std::string models_;      // `data` of model/list, once it is known
};

}  // namespace tine::executor::codex
