#include "protocol/v1/client_handler.h"

namespace tine::v1 {
namespace {

template <class Response>
ClientHandler::Answer<Response> not_offered() {
  co_return fail(ErrorKind::unknown_method, "this client has no such method");
}

}  // namespace

ClientHandler::Answer<ReadTextFileResponse> ClientHandler::read_text_file(
    ReadTextFileRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<ReadTextFileResponse>();
}

ClientHandler::Answer<WriteTextFileResponse> ClientHandler::write_text_file(
    WriteTextFileRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<WriteTextFileResponse>();
}

ClientHandler::Answer<CreateTerminalResponse> ClientHandler::create_terminal(
    CreateTerminalRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<CreateTerminalResponse>();
}

ClientHandler::Answer<TerminalOutputResponse> ClientHandler::terminal_output(
    TerminalRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<TerminalOutputResponse>();
}

ClientHandler::Answer<WaitForTerminalExitResponse> ClientHandler::wait_for_terminal_exit(
    TerminalRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<WaitForTerminalExitResponse>();
}

ClientHandler::Answer<KillTerminalResponse> ClientHandler::kill_terminal(
    TerminalRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<KillTerminalResponse>();
}

ClientHandler::Answer<ReleaseTerminalResponse> ClientHandler::release_terminal(
    TerminalRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<ReleaseTerminalResponse>();
}

ClientHandler::Answer<ElicitationResponse> ClientHandler::create_elicitation(
    ElicitationRequest /*request*/, RequestContext& /*context*/) {
  return not_offered<ElicitationResponse>();
}

void ClientHandler::complete_elicitation(std::string /*elicitation_id*/) {}

void ClientHandler::on_notification(std::string_view /*method*/, json::View /*params*/) {}

}  // namespace tine::v1
