#pragma once
// The client's side of a connection to an agent, of this program or any other: typed calls out, and
// the agent's questions to a ClientHandler.
//
// Owns the peer, and through it the channel. Lives on the loop's thread; the handler outlives it.
// Requests of the agent that run refer to it, so serve() has returned before it is destroyed.

#include <memory>
#include <string>
#include <string_view>

#include "protocol/v1/client_handler.h"
#include "protocol/v1/in_flight.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

class AgentConnection : public transport::RpcHandler {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;
  using Options = transport::CallOptions;

  AgentConnection(transport::Loop& loop, std::unique_ptr<transport::Channel> channel,
                  ClientHandler& handler, transport::RpcPeer::Mirror mirror = {});
  AgentConnection(const AgentConnection&) = delete;
  AgentConnection& operator=(const AgentConnection&) = delete;

  /// Reads until the agent is gone or close() is called, and returns when its questions have ended
  /// too; those that are open then are cancelled.
  transport::Task<void> serve();

  Reply<InitializeResponse> initialize(InitializeRequest request, Options options);
  Reply<AuthenticateResponse> authenticate(AuthenticateRequest request, Options options);
  Reply<LogoutResponse> logout(LogoutRequest request, Options options);
  Reply<NewSessionResponse> new_session(NewSessionRequest request, Options options);
  Reply<LoadSessionResponse> load_session(LoadSessionRequest request, Options options);
  Reply<ResumeSessionResponse> resume_session(ResumeSessionRequest request, Options options);
  Reply<ForkSessionResponse> fork_session(ForkSessionRequest request, Options options);
  Reply<ListSessionsResponse> list_sessions(ListSessionsRequest request, Options options);
  Reply<DeleteSessionResponse> delete_session(DeleteSessionRequest request, Options options);
  Reply<CloseSessionResponse> close_session(CloseSessionRequest request, Options options);
  Reply<SetModeResponse> set_mode(SetModeRequest request, Options options);
  Reply<SetConfigOptionResponse> set_config_option(SetConfigOptionRequest request, Options options);
  Reply<PromptResponse> prompt(PromptRequest request, Options options);
  /// session/cancel
  void cancel(std::string_view session_id);
  /// A method that is not listed here; `params` and the result are JSON.
  Reply<std::string> call(std::string method, std::string params, Options options);

  transport::RpcPeer& peer() { return *peer_; }
  void close() { peer_->close(); }

  void on_request(std::string_view method, json::View params, transport::Replier replier) override;
  void on_notification(std::string_view method, json::View params) override;

 private:
  class Methods;
  template <class Response, class Request>
  Reply<Response> question(std::string_view method, const Request& request, Options options);

  transport::Loop& loop_;
  ClientHandler& handler_;
  std::shared_ptr<transport::RpcPeer> peer_;
  InFlight requests_;
};

}  // namespace tine::v1
