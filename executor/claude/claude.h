#pragma once
// Claude Code as a backend: a process for each live conversation. docs/claude.md is the page for
// users.
//
// Made by main, on the loop's thread; outlives its conversations.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/claude/conversation.h"
#include "executor/claude/launch.h"
#include "executor/claude/limits.h"
#include "executor/executor.h"
#include "transport/worker.h"

namespace tine::executor::claude {

class Claude final : public Executor {
 public:
  Claude(transport::Loop& loop, transport::Worker& worker, Env& env, Log& log, Redactor& redactor,
         Setup setup)
      : loop_(loop),
        worker_(worker),
        env_(env),
        log_(log),
        redactor_(redactor),
        setup_(std::move(setup)) {
    offer_idle();
  }

  std::string_view name() const override { return setup_.name; }
  bool installed() const override { return is_installed(setup_.command, setup_.environment); }
  std::string_view kind() const override { return "claude"; }
  const Capabilities& capabilities() const override;
  std::vector<v1::AuthMethod> auth_methods() const override;
  Settings settings() const override;
  std::optional<Width> width_of(const Settings& settings) const override;
  std::string loading_obstacle(const Loading& loading) const override;
  FolderLook folder_look(const v1::Workspace& workspace) const override;

  Reply<std::unique_ptr<Conversation>> start(ConversationSpec spec) override;
  Reply<std::unique_ptr<Conversation>> resume(ConversationSpec spec, ProviderPoint at) override;
  Reply<std::unique_ptr<Conversation>> fork(ConversationSpec spec, ProviderPoint at) override;
  transport::Task<std::string> terminal_obstacle(v1::Workspace workspace) override;
  Reply<std::unique_ptr<Conversation>> fork_in_terminal(ConversationSpec spec,
                                                        ProviderPoint at) override;
  Reply<Adopted> adopt(ConversationSpec spec, std::string provider_id) override;
  /// What Claude Code keeps is Claude Code's to clean up.
  void forget(const std::string& /*provider_id*/) override {}

  transport::Task<Result<void>> authenticate(std::string method_id) override;
  transport::Task<Result<void>> logout() override;
  transport::Task<DoctorReport> doctor() override;

  // --- for its conversations

  transport::Loop& loop() { return loop_; }
  Log& log() { return log_; }
  Redactor& redactor() { return redactor_; }
  const Setup& setup() const { return setup_; }
  /// What a process that is started now may read of the workspace's folder.
  transport::Task<Reads> may_read(v1::Workspace workspace, FolderTrust trust);
  /// See left_out_settings().
  transport::Task<std::string> left_out(Loading loading, std::string cwd);
  std::string new_id();
  std::int64_t now_ms();
  /// What a process has answered to initialize tells what can be chosen.
  void learn(json::View greeting);
  void add(ClaudeConversation& conversation) { conversations_.insert(&conversation); }
  void remove(ClaudeConversation& conversation) { conversations_.erase(&conversation); }
  /// Has forks of the conversation begin that have not, while its past is still as it was.
  transport::Task<void> begin_forks_of(std::string id);
  /// Puts to sleep what has been idle for too long, now and later.
  void look_after_idle();

 private:
  std::unique_ptr<Conversation> converse(Beginning beginning, ConversationSpec spec);
  /// Whether Claude Code has a conversation of that name.
  transport::Task<bool> knows(std::string id);
  /// Whether its conversation is known to have been made a summary since, so that no fork can begin
  /// there.
  transport::Task<bool> compacted_after(ProviderPoint point);
  /// `unsupported` where something was said in the conversation after that point, or is.
  Reply<void> check_end(ProviderPoint point);
  Reply<std::shared_ptr<Process>> probe();
  transport::Task<void> watch_idle();
  ClaudeConversation* longest_idle() const;
  void offer_idle();

  transport::Loop& loop_;
  transport::Worker& worker_;
  Env& env_;
  Log& log_;
  Redactor& redactor_;
  Setup setup_;
  std::string models_;  // of initialize, once it is known
  std::set<ClaudeConversation*> conversations_;
  bool watching_ = false;
};

}  // namespace tine::executor::claude
