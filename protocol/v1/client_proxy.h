#pragma once
// The client at the other end of a connection.
//
// Owned by who owns the connection; shares the peer. Lives on the loop's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "protocol/v1/client.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

class ClientProxy : public Client {
 public:
  explicit ClientProxy(std::shared_ptr<transport::RpcPeer> peer) : peer_(std::move(peer)) {}

  /// What the client said at initialize.
  void negotiated(ClientCapabilities capabilities) { capabilities_ = std::move(capabilities); }

  const ClientCapabilities& capabilities() const override { return capabilities_; }
  void update(const Update& update) override;
  transport::Task<void> room() override;
  bool has_room() const override { return peer_->has_room(); }
  Reply<PermissionResponse> request_permission(PermissionRequest request, Cancel cancel) override;
  Reply<ReadTextFileResponse> read_text_file(ReadTextFileRequest request, Cancel cancel) override;
  Reply<WriteTextFileResponse> write_text_file(WriteTextFileRequest request,
                                               Cancel cancel) override;
  Reply<CreateTerminalResponse> create_terminal(CreateTerminalRequest request,
                                                Cancel cancel) override;
  Reply<TerminalOutputResponse> terminal_output(TerminalRequest request, Cancel cancel) override;
  Reply<WaitForTerminalExitResponse> wait_for_terminal_exit(TerminalRequest request,
                                                            Cancel cancel) override;
  Reply<KillTerminalResponse> kill_terminal(TerminalRequest request, Cancel cancel) override;
  Reply<ReleaseTerminalResponse> release_terminal(TerminalRequest request, Cancel cancel) override;
  Reply<ElicitationResponse> create_elicitation(ElicitationRequest request, Cancel cancel) override;
  void complete_elicitation(std::string elicitation_id) override;

 private:
  void pass(const Update& update);
  void emit(const Update& update);
  template <class Response, class Request>
  Reply<Response> question(std::string_view method, const Request& request, bool able,
                           transport::CallOptions options);

  std::shared_ptr<transport::RpcPeer> peer_;
  ClientCapabilities capabilities_;
  std::uint64_t fallbacks_ = 0;
};

}  // namespace tine::v1
