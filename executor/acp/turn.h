#pragma once
// One turn of an ACP agent: what it says is passed on as it is, what it asks is put to the client.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.

#include <memory>
#include <string>

#include "executor/acp/limits.h"
#include "executor/acp/meter.h"
#include "executor/process_turn.h"

namespace tine::executor::acp {

class Turn final : public ProcessTurn {
 public:
  /// `meter` outlives it.
  Turn(transport::Loop& loop, v1::Client& client, std::shared_ptr<transport::Pace> pace,
       Meter& meter, std::string session, limits::Patience patience, bool names_message);

  void on_update(v1::Update update);
  /// Puts a question of the agent to the client. Both pass untouched.
  transport::Task<Result<std::string>> ask(std::string method, std::string params,
                                           transport::CancelSource cancel);
  void on_notification(std::string_view method, json::View params);
  /// Takes the answer to the prompt.
  void on_answer(const Result<std::string>& answer, std::string provider_turn);

 private:
  Meter& meter_;
  limits::Patience patience_;
  bool names_message_;   // the turn is found again by its last message
  std::string message_;  // the id of that, so far
  bool spoken_ = false;  // the agent has said something other than the prompt itself
};

}  // namespace tine::executor::acp
