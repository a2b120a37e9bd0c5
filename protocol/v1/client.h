#pragma once
// What an agent may tell and ask its client. An editor at the other end of a connection is one
// (ClientProxy); a test can be one.
//
// Lives on the loop's thread. Each question ends: with the answer, when `cancel` fires (cancelled),
// at its deadline (timeout), or when the client is gone (peer_gone). A question that needs a
// capability which the client did not announce is not sent: unsupported. `cancel` may be nullptr;
// else it outlives the call.

#include "base/result.h"
#include "protocol/v1/types.h"
#include "protocol/v1/update.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::v1 {

class Client {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;
  using Cancel = transport::CancelSource*;

  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// What the client announced; all off before initialize.
  virtual const ClientCapabilities& capabilities() const = 0;

  /// Sends an update, or what the client takes in its place. Never waits: see room().
  virtual void update(const Update& update) = 0;
  /// Suspends while too much waits for the client to read. Who sends many updates awaits it between
  /// them.
  virtual transport::Task<void> room() = 0;
  /// Whether room() would return at once.
  virtual bool has_room() const = 0;

  virtual Reply<PermissionResponse> request_permission(PermissionRequest request,
                                                       Cancel cancel) = 0;
  virtual Reply<ReadTextFileResponse> read_text_file(ReadTextFileRequest request,
                                                     Cancel cancel) = 0;
  virtual Reply<WriteTextFileResponse> write_text_file(WriteTextFileRequest request,
                                                       Cancel cancel) = 0;
  virtual Reply<CreateTerminalResponse> create_terminal(CreateTerminalRequest request,
                                                        Cancel cancel) = 0;
  virtual Reply<TerminalOutputResponse> terminal_output(TerminalRequest request, Cancel cancel) = 0;
  virtual Reply<WaitForTerminalExitResponse> wait_for_terminal_exit(TerminalRequest request,
                                                                    Cancel cancel) = 0;
  virtual Reply<KillTerminalResponse> kill_terminal(TerminalRequest request, Cancel cancel) = 0;
  virtual Reply<ReleaseTerminalResponse> release_terminal(TerminalRequest request,
                                                          Cancel cancel) = 0;
  virtual Reply<ElicitationResponse> create_elicitation(ElicitationRequest request,
                                                        Cancel cancel) = 0;
  /// Tells that an elicitation by url is over.
  virtual void complete_elicitation(std::string elicitation_id) = 0;
};

}  // namespace tine::v1
