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

  /// Asks with JSON and is answered with JSON; no member of either is lost on the way.
  Reply<std::string> call(std::string method, std::string params, Options options);
  /// Asks for one of the methods of `method`. A bad answer is the agent's failure.
  template <class Method>
  Reply<typename Method::Response> ask(typename Method::Request request, Options options) {
    const auto answer = co_await call(std::string(Method::name), write(request), options);
    if (!answer) co_return Failure(answer.error());
    co_return read_result<typename Method::Response>(json::View(*answer),
                                                     ErrorKind::backend_failed);
  }
  /// session/cancel
  void cancel(std::string_view session_id);

  transport::RpcPeer& peer() { return *peer_; }
  void close() { peer_->close(); }

  void on_request(std::string_view method, json::View params, transport::Replier replier) override;
  void on_notification(std::string_view method, json::View params) override;

 private:
  transport::Task<void> serve_request(std::string method, std::string params,
                                      transport::Replier replier, InFlight::Ticket ticket);

  transport::Loop& loop_;
  ClientHandler& handler_;
  std::shared_ptr<transport::RpcPeer> peer_;
  InFlight requests_;
};

}  // namespace tine::v1
