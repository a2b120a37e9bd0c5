#pragma once
// One turn of a Codex thread: what app-server notifies of it becomes updates for the client, what
// it asks is put to the client, what it costs is summed up.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.
// docs/codex.md says what becomes of each notification.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "executor/codex/limits.h"
#include "executor/codex/meter.h"
#include "executor/executor.h"
#include "transport/event.h"
#include "transport/paced_channel.h"
#include "transport/rpc_peer.h"

namespace tine::executor::codex {

class Turn {
 public:
  /// `pace` is that of the process that is heard, `meter` that of the thread.
  Turn(transport::Loop& loop, Log& log, v1::Client& client, std::shared_ptr<transport::Pace> pace,
       Meter& meter, std::string session, std::string model,
       limits::Patience patience = limits::patience);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  void on_notification(std::string_view method, json::View params);
  void on_question(std::string_view method, json::View params, transport::Replier replier);
  /// What a call cost that a subagent of the turn has made; `last` is that as app-server told it.
  void add_subagent_call(const Tokens& spent, json::View last);
  /// It is over without app-server having said so.
  void fail(Error why);
  /// It ends with `why`, whatever else is said of its end.
  void overrule(Error why);
  /// It has been asked to end, and gets little time for it.
  void hurry();
  bool hurried() const { return hurried_; }

  /// Waits for its end. False when app-server was silent for too long; then it still runs.
  transport::Task<bool> ended();
  /// Ends the questions that are open, and waits for the client to catch up. To be awaited before
  /// the turn is destroyed.
  transport::Task<void> close();

  const TurnOutcome& outcome() const { return outcome_; }

 private:
  using Take = void (Turn::*)(json::View params);
  struct Notification {
    std::string_view method;
    Take take;
  };
  static Take taker_of(std::string_view method);

  void started(json::View params);
  void completed(json::View params);
  void item_started(json::View params);
  void item_completed(json::View params);
  void message_delta(json::View params);
  void thought_delta(json::View params);
  void thought_part(json::View params);
  void command_output(json::View params);
  void patch_updated(json::View params);
  void tool_progress(json::View params);
  void plan_updated(json::View params);
  void token_usage(json::View params);
  void error(json::View params);
  void warning(json::View params);
  void rerouted(json::View params);
  void renamed(json::View params);
  void question_resolved(json::View params);

  struct Output {
    std::string text;
    std::size_t shown = 0;
    bool begun = false;  // its first line is over
  };
  struct Asked {
    std::string id;  // of the request, as it came
    transport::CancelSource cancel;
  };

  void hear();
  void note_call(const std::string& model, const Tokens& spent, json::View last);
  void say(v1::UpdateKind kind, std::string_view text, const std::string& id,
           std::string_view meta = {});
  void send(v1::Update update);
  void abandon_messages();
  transport::Task<void> let_catch_up();
  transport::Task<void> ask(std::string method, std::string params, std::shared_ptr<Asked> asked,
                            transport::Replier replier);

  transport::Loop& loop_;
  Log& log_;
  v1::Client& client_;
  std::shared_ptr<transport::Pace> pace_;
  Meter& meter_;
  std::string session_;
  std::string model_;
  limits::Patience patience_;
  TurnOutcome outcome_;
  bool over_ = false;
  bool hurried_ = false;
  bool compacting_ = false;
  bool heard_ = false;       // from the model
  std::uint64_t signs_ = 0;  // of life
  transport::Event woken_;
  transport::Event no_question_;
  transport::Event not_holding_;  // the process back, for the client to catch up
  std::vector<std::shared_ptr<Asked>> asked_;
  std::map<std::string, v1::UpdateKind> messages_;               // begun and not completed, by item
  std::map<std::string, Output> outputs_;                        // of commands that run
  std::map<std::string, std::vector<v1::ToolContent>> changes_;  // of files, by item
  std::map<std::string, std::string> mcp_calls_;  // the last of each server, by its name
  std::string calls_;  // JSON of what each call of the model cost, with commas
};

}  // namespace tine::executor::codex
