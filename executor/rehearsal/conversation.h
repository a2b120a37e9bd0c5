#pragma once
// One rehearsed conversation: plays the directives of each prompt against its client.
//
// Owned by a session, on the loop's thread; the executor outlives it.

#include <optional>
#include <string>
#include <utility>

#include "executor/executor.h"

namespace tine::executor::rehearsal {

class Rehearsal;

class RehearsedConversation final : public Conversation {
 public:
  RehearsedConversation(transport::Loop& loop, Rehearsal& agent, std::string id,
                        ConversationSpec spec);

  /// The first prompt begins with what the transcript tells up to that turn.
  void recall_first(std::string turn) { unread_ = std::move(turn); }

  std::string provider_id() const override { return id_; }
  transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt, v1::Client& client,
                                      transport::CancelSource& cancel) override;
  Result<void> set_mode(const std::string& mode) override;
  Result<void> set_option(const v1::ConfigOption& option) override;
  bool is_live() const override { return false; }
  transport::Task<void> close() override;

 private:
  transport::Loop& loop_;
  Rehearsal& agent_;
  std::string id_;
  ConversationSpec spec_;
  std::optional<std::string> unread_;
};

}  // namespace tine::executor::rehearsal
