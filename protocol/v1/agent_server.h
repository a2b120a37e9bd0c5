#pragma once
// The agent's side of a connection: turns messages into calls of an AgentHandler and its answers
// into messages, and keeps the order of the protocol: nothing before initialize, initialize once,
// nothing that was not announced.
//
// Lives on the loop's thread, between a peer that serves it and a handler; both outlive it, and so
// does the proxy. Requests that run refer to it, so it is closed before it is destroyed.

#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/v1/agent_handler.h"
#include "protocol/v1/client_proxy.h"
#include "protocol/v1/in_flight.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

struct AgentServerOptions {
  bool unstable = true;  ///< session/fork, systemPrompt and PromptResponse.usage exist
};

class AgentServer : public transport::RpcHandler {
 public:
  /// `client` is told what was negotiated.
  AgentServer(transport::Loop& loop, AgentHandler& handler, ClientProxy& client,
              AgentServerOptions options);
  AgentServer(const AgentServer&) = delete;
  AgentServer& operator=(const AgentServer&) = delete;

  void on_request(std::string_view method, json::View params, transport::Replier replier) override;
  transport::Task<void> on_long_request(std::string method, transport::LongBody params,
                                        transport::Replier replier) override;
  void on_notification(std::string_view method, json::View params) override;
  void on_end() override;
  bool has_room() const override;
  transport::Task<void> room() override;

  /// Tells the handler that the client is gone, unless that has been done, and waits for the
  /// requests under way. False when some were not done within `grace`: they still refer to this
  /// server and its handler.
  transport::Task<bool> close(transport::Milliseconds grace);
  std::size_t open_requests() const { return requests_.count() + lists_.count(); }

 private:
  class Methods;
  void initialize(json::View params, transport::Replier replier);
  void disconnect();
  std::optional<Error> refusal(Workspace& workspace) const;
  std::optional<Error> refusal(const std::vector<ContentBlock>& prompt) const;
  template <class Response>
  void polish(Response& response) const;

  transport::Loop& loop_;
  AgentHandler& handler_;
  ClientProxy& client_;
  AgentServerOptions options_;
  bool initialized_ = false;
  bool disconnected_ = false;
  AgentCapabilities announced_;
  InFlight requests_;  // but for the lists
  InFlight lists_;
};

}  // namespace tine::v1
