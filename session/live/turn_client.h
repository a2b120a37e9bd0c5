#pragma once
// The client as a backend sees it during one turn: what it says is recorded and passed on, what it
// asks goes to the editor that is connected now, and nothing passes once the turn is over. It knows
// which tool calls and terminals are open, so that a turn that is cut short leaves none behind.
//
// Made for one turn by its session, on the loop's thread. Shared with the coroutine that runs the
// backend's side, which may be abandoned and come back late.

#include <string>
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

  /// What comes from now on is dropped.
  void silence() { silent_ = true; }
  /// The backend has had its say: gives open tool calls their last status when the turn was cut
  /// short, and releases the terminals that are still open. What comes later is dropped.
  void end(bool cut_short);

  const v1::ClientCapabilities& capabilities() const override;
  void update(const v1::Update& update) override;
  transport::Task<void> room() override;
  bool has_room() const override;
  Reply<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                   Cancel cancel) override;
  Reply<v1::ReadTextFileResponse> read_text_file(v1::ReadTextFileRequest request,
                                                 Cancel cancel) override;
  Reply<v1::WriteTextFileResponse> write_text_file(v1::WriteTextFileRequest request,
                                                   Cancel cancel) override;
  Reply<v1::CreateTerminalResponse> create_terminal(v1::CreateTerminalRequest request,
                                                    Cancel cancel) override;
  Reply<v1::TerminalOutputResponse> terminal_output(v1::TerminalRequest request,
                                                    Cancel cancel) override;
  Reply<v1::WaitForTerminalExitResponse> wait_for_terminal_exit(v1::TerminalRequest request,
                                                                Cancel cancel) override;
  Reply<v1::KillTerminalResponse> kill_terminal(v1::TerminalRequest request,
                                                Cancel cancel) override;
  Reply<v1::ReleaseTerminalResponse> release_terminal(v1::TerminalRequest request,
                                                      Cancel cancel) override;
  Reply<v1::ElicitationResponse> create_elicitation(v1::ElicitationRequest request,
                                                    Cancel cancel) override;
  void complete_elicitation(std::string elicitation_id) override;

 private:
  template <class Response, class Request>
  using Question = Reply<Response> (v1::Client::*)(Request, Cancel);
  /// Puts a question to the connected client; it ends with the turn's cancel at the latest.
  template <class Response, class Request>
  Reply<Response> ask(std::string_view method, Question<Response, Request> question,
                      Request request);

  Session* session_;  // nullptr once the turn is over
  bool silent_ = false;
  transport::CancelSource cancel_;
  std::unordered_set<std::string> open_terminals_;
};

}  // namespace tine::session
