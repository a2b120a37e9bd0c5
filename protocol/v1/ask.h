#pragma once
// One typed question over a connection.
//
// Lives on the loop's thread. Holds the peer until it has ended.

#include <memory>
#include <string>
#include <utility>

#include "protocol/v1/codec.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

/// A bad answer is the fault of the other side: `blame`.
template <class Response>
transport::Task<Result<Response>> ask(std::shared_ptr<transport::RpcPeer> peer, std::string method,
                                      std::string params, transport::CallOptions options,
                                      ErrorKind blame) {
  const auto answer = co_await peer->call(std::move(method), std::move(params), options);
  if (!answer) co_return Failure(answer.error());
  co_return read_result<Response>(json::View(*answer), blame);
}

}  // namespace tine::v1
