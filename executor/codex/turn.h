#pragma once
// One turn of a Codex thread: what app-server notifies of it becomes updates for the client, what
// it asks is put to the client, what it costs is summed up.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.
// docs/codex.md says what becomes of each notification.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "executor/codex/limits.h"
#include "executor/codex/meter.h"
#include "executor/codex/updates.h"
#include "executor/process_turn.h"
#include "transport/rpc_peer.h"

namespace tine::executor::codex {

class Turn final : public ProcessTurn {
 public:
  /// `pace` is that of the process that is heard, `meter` that of the thread.
  Turn(transport::Loop& loop, Log& log, v1::Client& client, std::shared_ptr<transport::Pace> pace,
       Meter& meter, std::string session, std::string model,
       limits::Patience patience = limits::patience);

  void on_notification(std::string_view method, json::View params);
  void on_question(std::string_view method, json::View params, transport::Replier replier);
  /// What a call cost that a subagent of the turn has made; `last` is that as app-server told it.
  void add_subagent_call(const Tokens& spent, json::View last);

 private:
  struct Notification {
    std::string_view method;
    void (Turn::*take)(json::View params);
  };

  bool take(std::string_view method, json::View params);
  void tell(v1::Update update);
  void started(json::View params);
  void completed(json::View params);
  void item_started(json::View params);
  void item_completed(json::View params);
  void token_usage(json::View params);
  void rerouted(json::View params);
  void question_resolved(json::View params);

  void note_call(const std::string& model, const Tokens& spent, json::View last);
  transport::Task<void> ask(std::string method, std::string params, std::shared_ptr<Asked> asked,
                            transport::Replier replier);

  Log& log_;
  Meter& meter_;
  std::string model_;
  limits::Patience patience_;
  bool compacting_ = false;
  Updates updates_;
  std::string calls_;  // JSON of what each call of the model cost, with commas
};

}  // namespace tine::executor::codex
