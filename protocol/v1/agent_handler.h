#pragma once
// What an agent does, one function for each method of the protocol, without JSON. AgentServer calls
// it for what comes over a connection.
//
// Lives on the loop's thread and outlives its AgentServer. Requests are started in the order in
// which they came, and each runs to its first suspension before the next message is looked at;
// cancel() keeps that order too, so a cancel never overtakes the prompt that it is meant for. The
// context of a request lives until its coroutine has returned.

#include "base/result.h"
#include "protocol/v1/request_context.h"
#include "protocol/v1/search.h"
#include "protocol/v1/types.h"
#include "transport/loop.h"

namespace tine::v1 {

template <class T>
using Answer = transport::Task<Result<T>>;

class AgentHandler {
 public:
  AgentHandler() = default;
  AgentHandler(const AgentHandler&) = delete;
  AgentHandler& operator=(const AgentHandler&) = delete;
  virtual ~AgentHandler() = default;

  /// Answers at once: nothing is started or waited for. Only methods whose capability is announced
  /// here are called afterwards; the rest is refused before it gets here.
  virtual Result<InitializeResponse> initialize(const InitializeRequest& request) = 0;

  virtual Answer<AuthenticateResponse> authenticate(AuthenticateRequest request,
                                                    RequestContext& context) = 0;
  virtual Answer<LogoutResponse> logout(LogoutRequest request, RequestContext& context) = 0;

  virtual Answer<NewSessionResponse> new_session(NewSessionRequest request,
                                                 RequestContext& context) = 0;
  virtual Answer<LoadSessionResponse> load_session(LoadSessionRequest request,
                                                   RequestContext& context) = 0;
  virtual Answer<ResumeSessionResponse> resume_session(ResumeSessionRequest request,
                                                       RequestContext& context) = 0;
  virtual Answer<ForkSessionResponse> fork_session(ForkSessionRequest request,
                                                   RequestContext& context) = 0;
  virtual Answer<ListSessionsResponse> list_sessions(ListSessionsRequest request,
                                                     RequestContext& context) = 0;
  virtual Answer<DeleteSessionResponse> delete_session(DeleteSessionRequest request,
                                                       RequestContext& context) = 0;
  virtual Answer<CloseSessionResponse> close_session(CloseSessionRequest request,
                                                     RequestContext& context) = 0;
  virtual Answer<SetModeResponse> set_mode(SetModeRequest request, RequestContext& context) = 0;
  virtual Answer<SetConfigOptionResponse> set_config_option(SetConfigOptionRequest request,
                                                            RequestContext& context) = 0;
  virtual Answer<PromptResponse> prompt(PromptRequest request, RequestContext& context) = 0;
  virtual Answer<SteerResponse> steer(SteerRequest request, RequestContext& context) = 0;

  virtual Answer<SearchResponse> search(SearchRequest request, RequestContext& context) = 0;

  /// session/cancel. Of an unknown or idle session: nothing.
  virtual void cancel(std::string session_id) = 0;

  /// The client is gone: what runs for it is to end. Called once, by AgentServer::close().
  virtual void disconnected() = 0;
};

}  // namespace tine::v1
