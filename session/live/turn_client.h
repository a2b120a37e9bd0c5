#pragma once
// The client as a backend sees it during one turn: what it says is recorded and passed on, what it
// asks goes to the editor that is connected now, and nothing passes once the turn is over. It knows
// which tool calls and terminals are open, so that a turn that is cut short leaves none behind.
//
// Made for one turn by its session, on the loop's thread. Shared with the coroutine that runs the
// backend's side, which may be abandoned and come back late.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "protocol/v1/client.h"
#include "transport/cancel.h"

namespace tine::session {

class Session;

class TurnClient final : public v1::Client {
 public:
  TurnClient(Session& session, transport::CancelSource cancel)
      : session_(&session), cancel_(std::move(cancel)) {}

  /// Calls `callback` when the model begins to answer.
  void on_sign(std::function<void()> callback) { on_sign_ = std::move(callback); }
  /// What comes from now on is dropped.
  void silence() { silent_ = true; }
  /// Another backend is to go on: gives open tool calls their last status, and releases the
  /// terminals that are still open.
  void cut_off();
  /// The backend has had its say: gives open tool calls their last status when the turn was cut
  /// short, and releases the terminals that are still open. What comes later is dropped.
  void end(bool cut_short);

  /// The last plan that was told, where the project keeps a memory; empty: none.
  const std::string& plan() const { return plan_; }

  const v1::ClientCapabilities& capabilities() const override;
  void update(const v1::Update& update) override { send(update); }
  void send(v1::Update update) override;
  void long_update(std::shared_ptr<v1::Update> update) override;
  transport::Task<void> room() override;
  bool has_room() const override;
  /// The question is recorded, and ends with the turn's cancel at the latest. It is put to the
  /// client in the name of this session, whatever session `params` name. Of a permission question
  /// the client is offered what it can show, and that is what is recorded.
  Reply<std::string> call(std::string method, std::string params, Cancel cancel) override;
  void notify(std::string_view method, std::string_view params) override;

 private:
  /// The answer of a rule to a permission question; none: the client is asked.
  std::optional<std::string> answered_by_rule(json::View params) const;
  void end_tool_calls();
  void release_terminals();
  void note_sign(v1::UpdateKind kind);
  bool is_only_recorded(const v1::Update& update) const;
  void note_terminals(std::string_view method, std::string_view params, std::string_view answer);

  Session* session_;  // nullptr once the turn is over
  bool silent_ = false;
  std::function<void()> on_sign_;  // empty once there was one
  transport::CancelSource cancel_;
  std::unordered_set<std::string> open_terminals_;
  std::string plan_;  // the payload of an update
};

}  // namespace tine::session
