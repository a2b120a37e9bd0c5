#pragma once
// A thread of Codex, as a conversation.
//
// Owned by a session, on the loop's thread; the executor outlives it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/codex/launch.h"
#include "executor/codex/meter.h"
#include "executor/codex/process.h"
#include "executor/executor.h"

namespace tine::executor::codex {

class Codex;
class Turn;

/// A prompt that is Codex's own command: the past is put into a summary.
inline constexpr std::string_view compact_command = "/compact";

class CodexConversation final : public Conversation, public ThreadListener {
 public:
  /// What app-server said of the thread when it was opened.
  struct Thread {
    std::string id;
    std::string model;
    std::string workspace_sandbox;  ///< JSON: see params.h
    bool kept = false;              ///< Codex has written it down: it has a turn
  };

  CodexConversation(Codex& codex, std::shared_ptr<Process> server, Thread thread,
                    ConversationSpec spec);
  ~CodexConversation() override;

  std::string provider_id() const override { return thread_.id; }
  transport::Task<Result<void>> get_ready(transport::CancelSource& cancel) override;
  transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt, v1::Client& client,
                                      transport::CancelSource& cancel) override;
  transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> words) override;
  Result<void> set_mode(const std::string& mode) override;
  Result<void> set_option(const v1::ConfigOption& option) override;
  bool is_live() const override { return server_ != nullptr; }
  transport::Task<void> close() override;

  void on_notification(std::string_view method, json::View params) override;
  void on_question(std::string_view method, json::View params, transport::Replier replier) override;
  void on_gone(const Error& why) override;

 private:
  transport::Task<Result<void>> make_ready();
  using Blocks = std::shared_ptr<const std::vector<v1::ContentBlock>>;
  transport::Task<bool> play(Blocks prompt, TurnOutcome& outcome, v1::Client& client,
                             transport::CancelSource& cancel);
  transport::Task<void> run(Blocks prompt, Turn& turn, transport::CancelSource& cancel);
  std::optional<transport::Milliseconds> until_limit_ends() const;
  void interrupt(Turn& turn);
  void interrupt(const std::shared_ptr<Process>& server, const std::string& turn_id);
  void let_go();
  void take_subagent_usage(std::string_view thread, json::View token_usage);

  Codex& codex_;
  std::shared_ptr<Process> server_;  // none: it has gone, or was let go
  Thread thread_;
  ConversationSpec spec_;
  Meter meter_;
  std::map<std::string, Meter> subagents_;  // by thread
  Choices known_;                           // what app-server has been told
  bool closed_ = false;
  Turn* turn_ = nullptr;     // that runs for a prompt
  std::string active_turn_;  // of the thread, also when it was left behind
  transport::Event quiet_;   // no turn is active
};

}  // namespace tine::executor::codex
