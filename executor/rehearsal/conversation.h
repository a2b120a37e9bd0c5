#pragma once
// One rehearsed conversation: plays the directives of each prompt against its client.
//
// Owned by a session, on the loop's thread; the executor outlives it.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "executor/executor.h"
#include "executor/rehearsal/performance.h"

namespace tine::executor::rehearsal {

class Rehearsal;

class RehearsedConversation final : public Conversation {
 public:
  RehearsedConversation(transport::Loop& loop, Rehearsal& agent, std::string id,
                        ConversationSpec spec);
  ~RehearsedConversation() override;

  /// The first prompt begins with what the transcript tells up to that turn.
  void recall_first(std::string turn) { unread_ = std::move(turn); }
  /// Tells soon what can be chosen and commanded, as one that has looked around.
  void look_around(Settings settings);

  std::string provider_id() const override { return id_; }
  transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt, v1::Client& client,
                                      transport::CancelSource& cancel) override;
  Result<void> set_mode(const std::string& mode) override;
  Result<void> set_option(const v1::ConfigOption& option) override;
  bool is_live() const override { return backstage_->waiting > 0; }
  transport::Task<void> close() override;

 private:
  /// Shared with what goes on between the turns.
  struct Backstage {
    ConversationEvents events;
    std::size_t waiting = 0;  // texts that are to be said
    bool over = false;
  };
  static transport::Task<void> say_later(transport::Loop& loop,
                                         std::shared_ptr<Backstage> backstage, Later what);
  static transport::Task<void> offer_soon(transport::Loop& loop,
                                          std::shared_ptr<Backstage> backstage, Settings settings);

  transport::Loop& loop_;
  Rehearsal& agent_;
  std::string id_;
  ConversationSpec spec_;
  std::shared_ptr<Backstage> backstage_;
  std::optional<std::string> unread_;
};

}  // namespace tine::executor::rehearsal
