#include "session/live/turn_client.h"

#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/live/session.h"
#include "session/record/calls.h"

namespace tine::session {
namespace {

Failure nobody() { return fail(ErrorKind::peer_gone, "no client is connected to this session"); }

}  // namespace

void TurnClient::end(bool cut_short) {
  if (session_ == nullptr) return;
  if (cut_short) {
    const std::vector<std::string> open = session_->open_tool_calls();  // saying so ends them
    for (const std::string& id : open) {
      v1::ToolCall last;
      last.id = id;
      last.status = v1::ToolStatus::failed;
      session_->say(v1::tool_call_update(last));
    }
  }
  for (const std::string& id : open_terminals_) session_->release_terminal(id);
  session_ = nullptr;
}

const v1::ClientCapabilities& TurnClient::capabilities() const {
  static const v1::ClientCapabilities nothing;
  const v1::Client* client = session_ != nullptr ? session_->client() : nullptr;
  return client != nullptr ? client->capabilities() : nothing;
}

void TurnClient::update(const v1::Update& update) {
  if (session_ == nullptr || silent_) return;
  // A cancelled turn is drained whether or not the client reads: text that finds no room is only
  // recorded.
  const bool skip = cancel_.cancelled() && !update.text.none() && !session_->has_room();
  session_->say(update, skip ? Session::Audience::record : Session::Audience::client);
}

bool TurnClient::has_room() const {
  return session_ == nullptr || cancel_.cancelled() ||
         (session_->has_room() && session_->record()->has_room());
}

transport::Task<void> TurnClient::room() {
  if (!has_room()) co_await session_->room(cancel_);
}

template <class Response, class Request>
v1::Client::Reply<Response> TurnClient::ask(std::string_view method,
                                            Question<Response, Request> question, Request request) {
  if (cancel_.cancelled() || session_ == nullptr) {
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  transport::CancelSource turn = cancel_;
  const std::shared_ptr<Record> record = session_->record();
  co_await record->caught_up();
  if (turn.cancelled() || session_ == nullptr) {
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  v1::Client* client = session_->client();
  if (client == nullptr) co_return nobody();
  request.session_id = session_->id();
  const std::uint64_t number = record->note_question(method, recorded(request));
  auto answer = co_await (client->*question)(std::move(request), &cancel_);
  co_await record->caught_up();
  if (answer) {
    record->note_answer(number, recorded(*answer));
  } else {
    record->note_refusal(number, answer.error());
  }
  // Whoever was asked has gone: that is no answer to go on with.
  if (!answer && answer.error().kind == ErrorKind::peer_gone) turn.cancel();
  co_return answer;
}

v1::Client::Reply<v1::PermissionResponse> TurnClient::request_permission(
    v1::PermissionRequest request, Cancel) {
  return ask("session/request_permission", &v1::Client::request_permission, std::move(request));
}

v1::Client::Reply<v1::ReadTextFileResponse> TurnClient::read_text_file(
    v1::ReadTextFileRequest request, Cancel) {
  return ask("fs/read_text_file", &v1::Client::read_text_file, std::move(request));
}

v1::Client::Reply<v1::WriteTextFileResponse> TurnClient::write_text_file(
    v1::WriteTextFileRequest request, Cancel) {
  return ask("fs/write_text_file", &v1::Client::write_text_file, std::move(request));
}

v1::Client::Reply<v1::CreateTerminalResponse> TurnClient::create_terminal(
    v1::CreateTerminalRequest request, Cancel) {
  if (open_terminals_.size() == limits::open_terminals) {
    co_return fail(ErrorKind::queue_full, "too many terminals of one turn are open");
  }
  auto created = co_await ask("terminal/create", &v1::Client::create_terminal, std::move(request));
  if (created) open_terminals_.insert(created->terminal_id);
  co_return created;
}

v1::Client::Reply<v1::TerminalOutputResponse> TurnClient::terminal_output(
    v1::TerminalRequest request, Cancel) {
  return ask("terminal/output", &v1::Client::terminal_output, std::move(request));
}

v1::Client::Reply<v1::WaitForTerminalExitResponse> TurnClient::wait_for_terminal_exit(
    v1::TerminalRequest request, Cancel) {
  return ask("terminal/wait_for_exit", &v1::Client::wait_for_terminal_exit, std::move(request));
}

v1::Client::Reply<v1::KillTerminalResponse> TurnClient::kill_terminal(v1::TerminalRequest request,
                                                                      Cancel) {
  return ask("terminal/kill", &v1::Client::kill_terminal, std::move(request));
}

v1::Client::Reply<v1::ReleaseTerminalResponse> TurnClient::release_terminal(
    v1::TerminalRequest request, Cancel) {
  const std::string id = request.terminal_id;
  auto released =
      co_await ask("terminal/release", &v1::Client::release_terminal, std::move(request));
  if (released) open_terminals_.erase(id);
  co_return released;
}

v1::Client::Reply<v1::ElicitationResponse> TurnClient::create_elicitation(
    v1::ElicitationRequest request, Cancel) {
  return ask("elicitation/create", &v1::Client::create_elicitation, std::move(request));
}

void TurnClient::complete_elicitation(std::string elicitation_id) {
  v1::Client* client = session_ != nullptr ? session_->client() : nullptr;
  if (client != nullptr) client->complete_elicitation(std::move(elicitation_id));
}

}  // namespace tine::session
