#pragma once
// The client at the other end of a connection.
//
// Owned by who owns the connection; shares the peer. Lives on the loop's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/v1/client.h"
#include "protocol/v1/message_gaps.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

class ClientProxy : public Client {
 public:
  explicit ClientProxy(std::shared_ptr<transport::RpcPeer> peer) : peer_(std::move(peer)) {}

  /// What the client said at initialize.
  void negotiated(ClientCapabilities capabilities);

  const ClientCapabilities& capabilities() const override { return capabilities_; }
  void update(const Update& update) override;
  void long_update(std::shared_ptr<Update> update) override;
  transport::Task<void> room() override;
  bool has_room() const override { return peer_->has_room(); }
  /// Takes note that a turn of the session has been answered.
  void end_turn(const std::string& session) { gaps_.end_turn(session); }
  Reply<std::string> call(std::string method, std::string params, Cancel cancel) override;
  void notify(std::string_view method, std::string_view params) override;

 private:
  void keep_apart(const Update& update);
  void pass(const Update& update);
  void emit(const Update& update);

  std::shared_ptr<transport::RpcPeer> peer_;
  ClientCapabilities capabilities_;
  MessageGaps gaps_;
  std::uint64_t fallbacks_ = 0;
};

}  // namespace tine::v1
