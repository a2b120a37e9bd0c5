#pragma once
// What a client does when its agent tells or asks something. AgentConnection calls it.
//
// Lives on the loop's thread and outlives its connection. Messages arrive in order: all updates of
// a turn have been seen when its prompt's call returns. What a client does not override it does not
// offer.

#include <string>
#include <string_view>

#include "base/json/view.h"
#include "base/result.h"
#include "protocol/v1/request_context.h"
#include "protocol/v1/types.h"
#include "transport/loop.h"

namespace tine::v1 {

class ClientHandler {
 public:
  template <class T>
  using Answer = transport::Task<Result<T>>;

  ClientHandler() = default;
  ClientHandler(const ClientHandler&) = delete;
  ClientHandler& operator=(const ClientHandler&) = delete;
  virtual ~ClientHandler() = default;

  /// `update` is the JSON of params.update; both are valid during the call only.
  virtual void on_update(std::string_view session_id, json::View update) = 0;
  virtual Answer<PermissionResponse> request_permission(PermissionRequest request,
                                                        RequestContext& context) = 0;

  virtual Answer<ReadTextFileResponse> read_text_file(ReadTextFileRequest request,
                                                      RequestContext& context);
  virtual Answer<WriteTextFileResponse> write_text_file(WriteTextFileRequest request,
                                                        RequestContext& context);
  virtual Answer<CreateTerminalResponse> create_terminal(CreateTerminalRequest request,
                                                         RequestContext& context);
  virtual Answer<TerminalOutputResponse> terminal_output(TerminalRequest request,
                                                         RequestContext& context);
  virtual Answer<WaitForTerminalExitResponse> wait_for_terminal_exit(TerminalRequest request,
                                                                     RequestContext& context);
  virtual Answer<KillTerminalResponse> kill_terminal(TerminalRequest request,
                                                     RequestContext& context);
  virtual Answer<ReleaseTerminalResponse> release_terminal(TerminalRequest request,
                                                           RequestContext& context);
  virtual Answer<ElicitationResponse> create_elicitation(ElicitationRequest request,
                                                         RequestContext& context);
  virtual void complete_elicitation(std::string elicitation_id);
  /// A notification of another method. Ignored unless overridden.
  virtual void on_notification(std::string_view method, json::View params);
};

}  // namespace tine::v1
