#pragma once
// This program's own server, talked to as any client does: over a channel within the process.
//
// Made by a verb, on the loop's thread; world and handler outlive it. leave() has returned before
// it is destroyed.

#include "cli/world.h"
#include "protocol/v1/agent_connection.h"
#include "transport/event.h"

namespace tine::cli {

class LocalAgent {
 public:
  LocalAgent(World& world, v1::ClientHandler& handler, transport::RpcPeer::Mirror mirror);

  v1::AgentConnection& connection() { return agent_; }
  /// Asks for one of the methods, and waits as long as the answer takes.
  template <class Method>
  v1::AgentConnection::Reply<typename Method::Response> ask(
      typename Method::Request request, transport::CancelSource* cancel = nullptr) {
    transport::CallOptions options;
    options.cancel = cancel;
    return agent_.ask<Method>(std::move(request), options);
  }
  /// Introduces this client, as what the verbs are.
  transport::Task<Result<void>> meet();
  /// Closes the connection, and returns when the server has ended too.
  transport::Task<void> leave();

 private:
  transport::Event served_;
  transport::Event heard_;
  v1::AgentConnection agent_;
};

}  // namespace tine::cli
