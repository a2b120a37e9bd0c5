#include "protocol/v1/client_proxy.h"

#include <functional>

#include "protocol/v1/ask.h"
#include "protocol/v1/filter.h"
#include "protocol/v1/limits.h"

namespace tine::v1 {
namespace {

/// Updates and questions of one session keep their order. Sessions that fall on the same number
/// keep it among each other too, which does no harm.
std::uint64_t stream_of(std::string_view session) {
  return std::hash<std::string_view>{}(session) | 1U;
}

transport::CallOptions machine(std::string_view session, Client::Cancel cancel) {
  return {limits::client_call, cancel, stream_of(session)};
}

/// No deadline: a person answers, or a command runs.
transport::CallOptions patient(std::string_view session, Client::Cancel cancel) {
  return {std::nullopt, cancel, stream_of(session)};
}

template <class Response>
Client::Reply<Response> refuse(std::string method) {
  co_return fail(ErrorKind::unsupported, "the client did not announce that it can " + method);
}

}  // namespace

void ClientProxy::update(const Update& update) {
  if (takes(capabilities_, update)) return pass(update);
  const auto instead = fallback(capabilities_, update, "notice-" + std::to_string(++fallbacks_));
  if (instead) pass(*instead);
}

void ClientProxy::pass(const Update& update) {
  if (update.text.end - update.text.begin > limits::max_text_chunk) {
    split(update, [this](const Update& piece) { emit(piece); });
  } else {
    emit(update);
  }
}

void ClientProxy::emit(const Update& update) {
  UpdateLine line;
  if (update.payload.size() <= limits::max_payload) {
    line = update_line(update.session, update);
  } else {
    Update cut;
    cut.payload = shrink(update.payload, limits::max_payload);
    line = update_line(update.session, cut);
  }
  peer_->send(std::move(line.text), stream_of(update.session), line.splice);
}

transport::Task<void> ClientProxy::room() { return peer_->room(); }

template <class Response, class Request>
Client::Reply<Response> ClientProxy::question(std::string_view method, const Request& request,
                                              bool able, transport::CallOptions options) {
  if (!able) return refuse<Response>(std::string(method));
  return ask<Response>(peer_, std::string(method), write(request), options,
                       ErrorKind::invalid_request);
}

Client::Reply<PermissionResponse> ClientProxy::request_permission(PermissionRequest request,
                                                                  Cancel cancel) {
  return question<PermissionResponse>("session/request_permission", request, true,
                                      patient(request.session_id, cancel));
}

Client::Reply<ReadTextFileResponse> ClientProxy::read_text_file(ReadTextFileRequest request,
                                                                Cancel cancel) {
  return question<ReadTextFileResponse>("fs/read_text_file", request, capabilities_.read_text_file,
                                        machine(request.session_id, cancel));
}

Client::Reply<WriteTextFileResponse> ClientProxy::write_text_file(WriteTextFileRequest request,
                                                                  Cancel cancel) {
  return question<WriteTextFileResponse>("fs/write_text_file", request,
                                         capabilities_.write_text_file,
                                         machine(request.session_id, cancel));
}

Client::Reply<CreateTerminalResponse> ClientProxy::create_terminal(CreateTerminalRequest request,
                                                                   Cancel cancel) {
  return question<CreateTerminalResponse>("terminal/create", request, capabilities_.terminal,
                                          machine(request.session_id, cancel));
}

Client::Reply<TerminalOutputResponse> ClientProxy::terminal_output(TerminalRequest request,
                                                                   Cancel cancel) {
  return question<TerminalOutputResponse>("terminal/output", request, capabilities_.terminal,
                                          machine(request.session_id, cancel));
}

Client::Reply<WaitForTerminalExitResponse> ClientProxy::wait_for_terminal_exit(
    TerminalRequest request, Cancel cancel) {
  return question<WaitForTerminalExitResponse>("terminal/wait_for_exit", request,
                                               capabilities_.terminal,
                                               patient(request.session_id, cancel));
}

Client::Reply<KillTerminalResponse> ClientProxy::kill_terminal(TerminalRequest request,
                                                               Cancel cancel) {
  return question<KillTerminalResponse>("terminal/kill", request, capabilities_.terminal,
                                        machine(request.session_id, cancel));
}

Client::Reply<ReleaseTerminalResponse> ClientProxy::release_terminal(TerminalRequest request,
                                                                     Cancel cancel) {
  return question<ReleaseTerminalResponse>("terminal/release", request, capabilities_.terminal,
                                           machine(request.session_id, cancel));
}

Client::Reply<ElicitationResponse> ClientProxy::create_elicitation(ElicitationRequest request,
                                                                   Cancel cancel) {
  const bool able = request.mode == ElicitationRequest::Mode::form ? capabilities_.elicitation_form
                                                                   : capabilities_.elicitation_url;
  return question<ElicitationResponse>("elicitation/create", request, able,
                                       patient(request.session_id, cancel));
}

void ClientProxy::complete_elicitation(std::string elicitation_id) {
  if (!capabilities_.elicitation_url) return;
  std::string params;
  json::Writer out(params);
  out.begin_object().member("elicitationId", std::string_view(elicitation_id)).end_object();
  peer_->notify("elicitation/complete", params);
}

}  // namespace tine::v1
